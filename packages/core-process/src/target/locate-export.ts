/**
 * Where a function or class was defined and under which name its module exports it.
 *
 * V8 knows the place (`[[FunctionLocation]]`), and the values in a module's scope, and tells both to an
 * inspector session in the same thread, synchronously, even while that module is still being evaluated.
 * The first look takes some 20 ms, as V8 announces every script; what was found is kept.
 */
import { createRequire } from 'node:module';
import { existsSync } from 'node:fs';
import type * as Lexer from 'es-module-lexer';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isAbsolute } from 'node:path';
import { TargetNotExportedError } from '../errors.js';
import { inspectSelf, type SelfInspector } from '../os/inspect-self.js';
import type { TargetReference } from './reference.js';

// Loaded at first use: a child that starts nothing does not pay for them.
const require = createRequire(import.meta.url);

type AnyFunction = (...args: never[]) => unknown;
type Locatable = AnyFunction | (abstract new (...args: never[]) => unknown);

const known = new WeakMap<Locatable, TargetReference>();

/** Of each module looked at one function, as it leads to all that its module declares. */
const functionOf = new Map<string, WeakRef<Locatable>>();

/** @throws TargetNotExportedError saying which rule the function breaks */
export function locateExport(target: Locatable): TargetReference {
  const cached = known.get(target);
  if (cached !== undefined) return cached;
  const reference = lookAtScripts((look) => find(target, look));
  known.set(target, reference);
  functionOf.set(reference.module, new WeakRef(target));
  return reference;
}

/**
 * What a module exports, without importing it: works while the module is still being evaluated, when an
 * import() would wait for the module, and the module, by a top-level await, for the import.
 *
 * @returns undefined when the module has no such export, or none of its functions has been located yet
 */
export function readExport({ module, export: name }: TargetReference): unknown {
  const anchor = functionOf.get(module)?.deref();
  if (anchor === undefined) return undefined;
  const loaded = commonJsExports(module);
  if (loaded !== undefined) {
    return name === 'default' ? loaded.exports : (loaded.exports as Record<string, unknown>)[name];
  }
  return lookAtScripts((look) => {
    const inspected = inspectFunction(anchor, look);
    const local = directExports(sourceOf(inspected, look)).find(
      (exported) => exported.name === name,
    )?.localName;
    return local === undefined ? undefined : inspected.outermostScope().read(local);
  });
}

/** True when this process has loaded the module, so that importing it again runs nothing. */
export function isModuleLoaded(url: string): boolean {
  return lookAtScripts((look) =>
    [...look.scripts.values()].some((script) => script !== '' && toUrl(script) === url),
  );
}

interface Look extends SelfInspector {
  /** Script id → URL or path, as V8 has it. */
  readonly scripts: ReadonlyMap<string, string>;
}

function lookAtScripts<T>(use: (look: Look) => T): T {
  return inspectSelf((inspector) => {
    const scripts = new Map<string, string>();
    inspector.session.on('Debugger.scriptParsed', ({ params }) => scripts.set(params.scriptId, params.url));
    inspector.post('Debugger.enable', {});
    return use({ ...inspector, scripts });
  });
}

interface RemoteObject {
  readonly objectId?: string;
  readonly description?: string;
  readonly value?: unknown;
}
interface Property {
  readonly name: string;
  readonly value?: RemoteObject;
}
interface Properties {
  readonly result: readonly Property[];
  readonly internalProperties?: readonly Property[];
}

function find(target: Locatable, look: Look): TargetReference {
  const label = target.name === '' ? 'The function without a name' : `"${target.name}"`;
  const inspected = inspectFunction(target, look);
  const location = locationOf(inspected);
  const script = location && look.scripts.get(location.scriptId);
  if (location === undefined) {
    throw new TargetNotExportedError(`${label} is built in or bound: no module defines it.`);
  }
  if (
    script === undefined ||
    !(script.startsWith('file:') || script.startsWith('data:') || isAbsolute(script))
  ) {
    throw new TargetNotExportedError(`${label} was defined in ${script || 'eval'}, which is no module.`);
  }
  const module = toUrl(script);
  if (module.startsWith('file:') && !existsSync(fileOf(module))) {
    throw new TargetNotExportedError(
      `${label} was defined in ${module}, which is no file: code of -e or of standard input is no module.`,
    );
  }

  const loaded = commonJsExports(module);
  if (loaded !== undefined) {
    const name = nameInExports(loaded.exports, target);
    if (name !== undefined) return { module, export: name };
    throw new TargetNotExportedError(
      loaded.loaded
        ? `${label} is not exported by ${module}.`
        : `${label} is not exported by ${module} yet; assign module.exports before the process is started.`,
    );
  }

  const moduleScope = inspected.outermostScope();
  const source = sourceOf(inspected, look);
  for (const exported of directExports(source)) {
    const isSame =
      exported.localName === undefined
        ? isDefault(target, moduleScope, source, source.slice(exported.end))
        : moduleScope.holds(exported.localName);
    if (isSame) return { module, export: exported.name };
  }
  throw new TargetNotExportedError(
    moduleScope.depth > 0
      ? `${label} is a closure: it was made inside another function of ${module}.`
      : `${label} is not exported by ${module}.`,
  );
}

type Inspected = ReturnType<typeof inspectFunction>;

function locationOf(inspected: Inspected): { readonly scriptId: string } | undefined {
  return inspected.internal('[[FunctionLocation]]')?.value as { scriptId: string } | undefined;
}

function sourceOf(inspected: Inspected, look: Look): string {
  const { scriptSource } = look.post('Debugger.getScriptSource', {
    scriptId: locationOf(inspected)?.scriptId,
  }) as { scriptSource: string };
  return scriptSource;
}

/** What a module declares and exports; what it passes on from another is found in that other module. */
function directExports(source: string) {
  const { parse } = require('es-module-lexer/js') as typeof Lexer;
  return parse(source)[1].filter((exported) => exported.type === 'direct');
}

/**
 * Whether it is what `export default` gives: the value of a name, or what is written there.
 *
 * V8 keeps a variable of the module for the inspector only if some function uses it, so the name alone may have
 * to do: then it has to be declared once.
 *
 * @param expression - the source from behind the word `default`
 */
function isDefault(
  target: Locatable,
  scope: ReturnType<Inspected['outermostScope']>,
  source: string,
  expression: string,
): boolean {
  const name = /^\s+([\p{ID_Start}$_][\p{ID_Continue}$]*)\s*(;|\n|$)/u.exec(expression)?.[1];
  if (name === undefined) return target.name === 'default' && scope.isOutermost;
  if (scope.has(name)) return scope.holds(name);
  const escaped = name.replaceAll('$', '\\$');
  const declarations = source.match(
    new RegExp(`\\b(?:function\\s*\\*?|class|const|let|var)\\s+${escaped}(?![\\w$])`, 'g'),
  );
  return scope.isOutermost && target.name === name && declarations?.length === 1;
}

function inspectFunction(target: Locatable, look: Look) {
  const objectId = look.handleOf(target);
  const propertiesOf = (id: string) =>
    look.post('Runtime.getProperties', { objectId: id, ownProperties: true }) as Properties;
  const own = propertiesOf(objectId);
  const internal = (name: string) =>
    own.internalProperties?.find((property) => property.name === name)?.value;

  return {
    internal,
    /** The module's scope: how many scopes lie between it and the function, and what it holds. */
    outermostScope() {
      const scopes = internal('[[Scopes]]')?.objectId;
      const chain = scopes === undefined ? [] : propertiesOf(scopes).result;
      const depth = chain.findIndex((scope) => scope.value?.description?.startsWith('Module'));
      const scopeId = chain[depth]?.value?.objectId;
      const variables = scopeId === undefined ? [] : propertiesOf(scopeId).result;
      const valueOf = (name: string) => variables.find((variable) => variable.name === name)?.value;
      return {
        depth,
        /** It lies in no other function, or in one of which it uses nothing. */
        isOutermost:
          depth === 0 ||
          (depth === -1 && chain.every((scope) => !/^(Closure|Block)/.test(scope.value?.description ?? ''))),
        has: (name: string) => variables.some((variable) => variable.name === name),
        /** The object of that name itself; undefined for what is none. */
        read(name: string): unknown {
          const valueId = valueOf(name)?.objectId;
          return valueId === undefined ? undefined : look.objectOf(valueId);
        },
        holds(name: string): boolean {
          const value = valueOf(name);
          if (value?.objectId === undefined) return false;
          const { result } = look.post('Runtime.callFunctionOn', {
            objectId,
            functionDeclaration: 'function (other) { return this === other; }',
            arguments: [{ objectId: value.objectId }],
          }) as { result: RemoteObject };
          return result.value === true;
        },
      };
    },
  };
}

function fileOf(module: string): string {
  return fileURLToPath(module.replace(/[?#].*$/, ''));
}

function toUrl(script: string): string {
  return isAbsolute(script) ? pathToFileURL(script).href : script;
}

function commonJsExports(module: string): NodeJS.Module | undefined {
  if (!module.startsWith('file:')) return undefined;
  const found = require.cache[fileOf(module)];
  // require() of an ES module caches its namespace; its scope says more.
  return found === undefined || isNamespace(found.exports) ? undefined : found;
}

function isNamespace(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Reflect.get(value, Symbol.toStringTag) === 'Module';
}

function nameInExports(exports: unknown, target: Locatable): string | undefined {
  if (exports === target) return 'default';
  if ((typeof exports !== 'object' && typeof exports !== 'function') || exports === null) return undefined;
  return Object.keys(exports).find((name) => (exports as Record<string, unknown>)[name] === target);
}
