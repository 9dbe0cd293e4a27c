/**
 * Values on their way to another process: the structured-clone algorithm of V8, and, for objects that
 * say so themselves, a description from which they are built again over there.
 *
 * An object takes part by a method under `Symbol.for('core-process.handover')` that returns
 * `{ module, export, data }`: over there, that export of that module is called with `data`, which is
 * cloneable in its turn. An object that moves, as one end of a connection does, hears by `onFate` whether it did.
 */
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { deserialize, serialize } from 'node:v8';
import { inspect } from 'node:util';
import { CoreProcessError, NotCloneableError } from '../errors.js';

/** How to build an object again in another process. */
export interface Handover {
  /** URL of the module. */
  readonly module: string;
  readonly export: string;
  readonly data: unknown;
  /** Called once or twice: `sent` or `refused`, and `lost` after `sent`. */
  readonly onFate?: ((fate: HandoverFate) => void) | undefined;
}

/**
 * | fate      | what it means                                                                  |
 * | --------- | ------------------------------------------------------------------------------ |
 * | `sent`    | the message it stands in is on its way                                         |
 * | `refused` | the message can't be sent; nothing has left this process                       |
 * | `lost`    | the receiver has ended, or is done with the message; it may have built it or not |
 */
export type HandoverFate = 'sent' | 'refused' | 'lost';

/** Handed-over objects of a message that was sent; whoever sent it says when its receiver is gone. */
export class SentHandovers {
  #handovers: Handover[] | undefined;

  add(handovers: readonly Handover[]): void {
    for (const handover of handovers) {
      if (handover.onFate !== undefined) (this.#handovers ??= []).push(handover);
    }
  }

  /** True when something in it can be built once only: the message can't be sent again. */
  get isSingleUse(): boolean {
    return this.#handovers !== undefined;
  }

  lose(): void {
    const lost = this.#handovers ?? [];
    this.#handovers = undefined;
    for (const { onFate } of lost) onFate?.('lost');
  }
}

interface Envelope {
  readonly value: unknown;
  /** Objects to be built again; the value names them by their place in this list. */
  readonly handovers: readonly Omit<Handover, 'onFate'>[];
  /** Key that marks such a place. Random, so that no plain value can be taken for one. */
  readonly mark: string;
}

export const handoverKey = Symbol.for('core-process.handover');

/**
 * Serializes a value.
 *
 * @param path - what the value is called in an error, for example `args`
 * @param sent - takes the handed-over objects in it
 * @throws NotCloneableError `ERR_NOT_CLONEABLE`, with the path to the part that can't be sent
 */
export function encode(value: unknown, path: string, sent?: SentHandovers): Buffer {
  const handovers: Handover[] = [];
  let prepared = value;
  try {
    const { holdsHandover, holdsError } = survey(value);
    const mark = holdsHandover ? `handover-${Math.random()}` : '';
    if (holdsHandover) prepared = replaceHandovers(value, handovers, mark, new Map());
    const envelope: Envelope = {
      value: prepared,
      handovers: handovers.map(({ module, export: name, data }) => ({ module, export: name, data })),
      mark,
    };
    const bytes = serialize(envelope);
    // V8 writes an error whose cause leads back to itself, and can't read it.
    if (holdsError) deserialize(bytes);
    for (const handover of handovers) handover.onFate?.('sent');
    sent?.add(handovers);
    return bytes;
  } catch (cause) {
    for (const handover of handovers) handover.onFate?.('refused');
    if (cause instanceof CoreProcessError) throw cause;
    const [where, culprit] = findUncloneable(prepared, path, new Set()) ?? [path, value];
    throw new NotCloneableError(where, describe(culprit), { cause });
  }
}

/** Restores what {@link encode} gave; the promise is for the modules of handed-over objects. */
export async function decode(payload: Uint8Array): Promise<unknown> {
  return await decodeNow(payload);
}

/** The same, without a promise where none is needed. */
export function decodeNow(payload: Uint8Array): unknown {
  const envelope = deserialize(payload) as Envelope;
  return envelope.handovers.length === 0 ? envelope.value : rebuildAll(envelope);
}

/** The same while the thread is blocked. @throws ERR_REQUIRE_ASYNC_MODULE when a module to rebuild with awaits something */
export function decodeSync(payload: Uint8Array): unknown {
  const { value, handovers, mark } = deserialize(payload) as Envelope;
  if (handovers.length === 0) return value;
  const require = createRequire(import.meta.url);
  const rebuilt = handovers.map((handover) =>
    rebuildWith(require(fileURLToPath(handover.module)) as RebuildModule, handover),
  );
  return restoreHandovers(value, rebuilt, mark, new Set());
}

async function rebuildAll({ value, handovers, mark }: Envelope): Promise<unknown> {
  const rebuilt = await Promise.all(
    handovers.map(async (handover) =>
      rebuildWith((await import(handover.module)) as RebuildModule, handover),
    ),
  );
  return restoreHandovers(value, rebuilt, mark, new Set());
}

type RebuildModule = Readonly<Record<string, (data: unknown) => unknown>>;

function rebuildWith(module: RebuildModule, handover: Envelope['handovers'][number]): unknown {
  const rebuild = module[handover.export];
  if (typeof rebuild !== 'function') {
    throw new TypeError(`${handover.module} has no export "${handover.export}" to rebuild an object with.`);
  }
  return rebuild(handover.data);
}

function isContainer(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return (
    Array.isArray(value) ||
    value instanceof Map ||
    value instanceof Set ||
    prototype === Object.prototype ||
    prototype === null
  );
}

/** What is in a value, at whatever depth: without recursion, and without copying anything. */
function survey(root: unknown): { readonly holdsHandover: boolean; readonly holdsError: boolean } {
  const found = { holdsHandover: false, holdsError: false };
  const seen = new Set<object>();
  const open: object[] = [];
  const look = (part: unknown) => {
    if (typeof part !== 'object' || part === null || seen.has(part)) return;
    seen.add(part);
    open.push(part);
  };
  look(root);
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (handoverKey in value) found.holdsHandover = true;
    else if (value instanceof Error) found.holdsError = true;
    else if (value instanceof Map) for (const [name, part] of value) [name, part].forEach(look);
    else if (value instanceof Set) value.forEach(look);
    else if (isContainer(value)) for (const part of Object.values(value)) look(part);
  }
  return found;
}

/** Copies the containers of a value, with places in them for what is handed over. */
function replaceHandovers(
  value: unknown,
  handovers: Handover[],
  mark: string,
  seen: Map<unknown, unknown>,
): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (seen.has(value)) return seen.get(value);
  const handover = (value as { [handoverKey]?: () => Handover })[handoverKey];
  if (typeof handover === 'function') {
    const place = { [mark]: handovers.push(handover.call(value)) - 1 };
    seen.set(value, place);
    return place;
  }
  if (!isContainer(value)) return value;
  const recurse = (part: unknown) => replaceHandovers(part, handovers, mark, seen);
  if (value instanceof Map) {
    const copy = new Map<unknown, unknown>();
    seen.set(value, copy);
    for (const [name, part] of value) copy.set(recurse(name), recurse(part));
    return copy;
  }
  if (value instanceof Set) {
    const copy = new Set<unknown>();
    seen.set(value, copy);
    for (const part of value) copy.add(recurse(part));
    return copy;
  }
  const copy: Record<string, unknown> | unknown[] = Array.isArray(value) ? [] : {};
  seen.set(value, copy);
  for (const [name, part] of Object.entries(value)) (copy as Record<string, unknown>)[name] = recurse(part);
  return copy;
}

/** True when something in it says itself how to be built again elsewhere. */
export function containsHandover(value: unknown): boolean {
  return survey(value).holdsHandover;
}

function restoreHandovers(
  value: unknown,
  rebuilt: readonly unknown[],
  mark: string,
  seen: Set<unknown>,
): unknown {
  if (!isContainer(value) || seen.has(value)) return value;
  if (Object.hasOwn(value, mark)) return rebuilt[(value as Record<string, number>)[mark] as number];
  seen.add(value);
  const recurse = (part: unknown) => restoreHandovers(part, rebuilt, mark, seen);
  if (value instanceof Map) {
    const entries = [...value];
    value.clear();
    for (const [name, part] of entries) value.set(recurse(name), recurse(part));
  } else if (value instanceof Set) {
    const parts = [...value];
    value.clear();
    for (const part of parts) value.add(recurse(part));
  } else {
    for (const [name, part] of Object.entries(value))
      (value as Record<string, unknown>)[name] = recurse(part);
  }
  return value;
}

/** The parts of a container, each with the way an error names it. */
function partsOf(value: object): [string, unknown][] {
  if (value instanceof Map) {
    return [...value].flatMap(([name, part], index): [string, unknown][] => [
      [`.keys()[${index}]`, name],
      [`.get(${inspect(name)})`, part],
    ]);
  }
  if (value instanceof Set) return [...value].map((part, index) => [`.values()[${index}]`, part]);
  return Object.entries(value).map(([name, part]) => [
    Array.isArray(value)
      ? `[${name}]`
      : /^[A-Za-z_$][\w$]*$/.test(name)
        ? `.${name}`
        : `[${JSON.stringify(name)}]`,
    part,
  ]);
}

/** The smallest part that V8 refuses, with its path. */
function findUncloneable(value: unknown, path: string, seen: Set<unknown>): [string, unknown] | undefined {
  if (seen.has(value) || isCloneable(value)) return undefined;
  if (typeof value !== 'object' || value === null) return [path, value];
  seen.add(value);
  for (const [step, part] of partsOf(value)) {
    const found = findUncloneable(part, path + step, seen);
    if (found !== undefined) return found;
  }
  return [path, value];
}

function isCloneable(value: unknown): boolean {
  try {
    const bytes = serialize(value);
    if (survey(value).holdsError) deserialize(bytes);
    return true;
  } catch {
    // Which error V8 gives does not matter here: encode() keeps the first one as the cause.
    return false;
  }
}

function describe(value: unknown): string {
  if (typeof value === 'function') return `the function ${value.name || '(anonymous)'}`;
  if (typeof value === 'symbol') return `the symbol ${String(value)}`;
  const kind = (value as object | null)?.constructor?.name ?? typeof value;
  return `an object of class ${kind}`;
}
