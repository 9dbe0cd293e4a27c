/**
 * From what a user gives as a target to a reference that another process can follow.
 *
 * Never the source text: a function is the module that defines it and the name under which it is exported.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isAbsolute } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { InvalidOptionError, TargetNotFoundError } from '../errors.js';
import { locateExport } from './locate-export.js';

/** An export of a module, in a form that can be sent. */
export interface TargetReference {
  /** URL of the module. */
  readonly module: string;
  /** Name of the export; `default` for what a CommonJS module assigned to `module.exports`. */
  readonly export: string;
}

/** What a {@link Process} can run: an exported function, a class with `run()`, or the place of either. */
export type Target<A extends unknown[] = never[], R = unknown> =
  | ((...args: A) => R | Promise<R>)
  | (new (
      ...args: A
    ) => { run(): R | Promise<R> })
  | URL
  | { readonly module: string | URL; readonly export?: string | undefined };

/** @throws InvalidOptionError when it is none of the forms */
export function checkTarget(target: unknown): void {
  if (typeof target === 'function' || target instanceof URL) return;
  if (typeof target === 'object' && target !== null && 'module' in target) {
    const { module, export: name } = target as { module: unknown; export?: unknown };
    if (!(typeof module === 'string' || module instanceof URL)) {
      throw new InvalidOptionError(
        'target',
        `Option "target.module" must be a string or a URL, not ${typeof module}.`,
      );
    }
    if (name !== undefined && (typeof name !== 'string' || name === '')) {
      throw new InvalidOptionError('target', 'Option "target.export" must be the name of an export.');
    }
    return;
  }
  throw new InvalidOptionError(
    'target',
    `Option "target" must be an exported function or class, a URL, or { module, export }, not ${target === null ? 'null' : typeof target}.`,
  );
}

/**
 * @throws TargetNotExportedError for a closure, a bound or built-in function, one that is not exported
 * @throws TargetNotFoundError when the module is not there
 */
export function referenceOf(target: Target): TargetReference {
  if (typeof target === 'function') return locateExport(target);
  if (target instanceof URL) {
    const module = new URL(target);
    module.hash = '';
    return checkModule(module.href, decodeURIComponent(target.hash.slice(1)) || 'default');
  }
  return checkModule(moduleUrl(target.module), target.export ?? 'default');
}

export function moduleUrl(module: string | URL): string {
  if (module instanceof URL) return module.href;
  if (isAbsolute(module)) return pathToFileURL(module).href;
  if (/^[a-z][a-z\d+.-]+:/i.test(module)) return module;
  if (/^\.{0,2}\//.test(module)) {
    throw new InvalidOptionError(
      'target',
      `Option "target.module" is the relative path ${JSON.stringify(module)}, and relative to what can't be known here. ` +
        `Use new URL(${JSON.stringify(module)}, import.meta.url).`,
    );
  }
  const main = process.argv[1] ?? `${process.cwd()}/`;
  try {
    const resolved = createRequire(main).resolve(module);
    return isAbsolute(resolved) ? pathToFileURL(resolved).href : `node:${resolved.replace(/^node:/, '')}`;
  } catch (cause) {
    throw new TargetNotFoundError(
      module,
      `Module ${JSON.stringify(module)} was not found from ${main}, or has no entry for require(). Install it, or pass import.meta.resolve(${JSON.stringify(module)}).`,
      { cause },
    );
  }
}

function checkModule(module: string, exportName: string): TargetReference {
  if (module.startsWith('file:') && !existsSync(fileURLToPath(module.replace(/[?#].*$/, '')))) {
    throw new TargetNotFoundError(module, `There is no module ${module}. Check the path of the target.`);
  }
  return { module, export: exportName };
}
