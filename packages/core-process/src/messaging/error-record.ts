/**
 * What was thrown, on its way to the parent: class, message, stack, cause and own properties.
 *
 * The class is found again where the receiver knows it: JavaScript's own, this package's, and those
 * exported by a module that the receiver has loaded already. No module is imported for an error.
 */
import { inspect } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import * as ownErrors from '../errors.js';
import type { TargetReference } from '../target/reference.js';

interface ErrorRecord {
  readonly kind: 'error';
  readonly className: string;
  readonly classReference?: TargetReference | undefined;
  readonly message: string;
  readonly stack: string | undefined;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly cause?: ThrownRecord | undefined;
  readonly errors?: readonly ThrownRecord[] | undefined;
}

interface ValueRecord {
  readonly kind: 'value';
  readonly value: unknown;
}

/** The error that is this many records before, counted from the outermost: a cause may lead back to it. */
interface AgainRecord {
  readonly kind: 'again';
  readonly index: number;
}

/** Anything can be thrown in JavaScript, 0 and undefined too. */
export type ThrownRecord = ErrorRecord | ValueRecord | AgainRecord;

type ErrorClass = new (...args: never[]) => Error;

const builtInClasses: readonly ErrorClass[] = [
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
  AggregateError,
];

const knownClasses = new Map<string, ErrorClass>(
  [...builtInClasses, ...Object.values(ownErrors)].map((known) => [known.name, known]),
);

// Sent by fields of their own, or bound to where the error was made.
const SEPARATE = new Set(['message', 'stack', 'cause', 'errors']);

/**
 * Never throws, whatever was thrown.
 *
 * @param locateClass - says where an error's class is exported, or undefined
 */
export function recordThrown(
  thrown: unknown,
  locateClass: (constructor: ErrorClass) => TargetReference | undefined,
  seen: Map<unknown, number> = new Map(),
): ThrownRecord {
  try {
    if (!(thrown instanceof Error)) return { kind: 'value', value: cloneableOrText(thrown) };
    const index = seen.get(thrown);
    if (index !== undefined) return { kind: 'again', index };
    seen.set(thrown, seen.size);
    return recordError(thrown, locateClass, seen);
  } catch {
    // A getter that throws, a class that is none, a revoked proxy: some text is better than nothing.
    return { kind: 'value', value: textOf(thrown) };
  }
}

function recordError(
  thrown: Error,
  locateClass: (constructor: ErrorClass) => TargetReference | undefined,
  seen: Map<unknown, number>,
): ErrorRecord {
  const errorClass = thrown.constructor as ErrorClass | null;
  const className = typeof errorClass === 'function' ? errorClass.name : 'Error';
  const isKnown = knownClasses.get(className)?.prototype === errorClass?.prototype;
  const isDomException = thrown instanceof DOMException;
  const properties: Record<string, unknown> = {};
  for (const name of Object.keys(thrown)) {
    if (!SEPARATE.has(name)) properties[name] = cloneableOrText(readOrText(thrown, name));
  }
  // A DOMException has its name from the prototype: it is what tells AbortError from TimeoutError.
  if (Object.hasOwn(thrown, 'name') || isDomException) properties['name'] = thrown.name;
  const record = (part: unknown) => recordThrown(part, locateClass, seen);
  return {
    kind: 'error',
    className,
    classReference:
      isKnown || isDomException || typeof errorClass !== 'function' ? undefined : locateClass(errorClass),
    message: textIfNone(thrown.message),
    stack: typeof thrown.stack === 'string' ? thrown.stack : undefined,
    properties,
    cause: Object.hasOwn(thrown, 'cause') ? record(thrown.cause) : undefined,
    errors: Array.isArray((thrown as AggregateError).errors)
      ? (thrown as AggregateError).errors.map(record)
      : undefined,
  };
}

/** Anything can be assigned to a message. */
function textIfNone(message: unknown): string {
  return typeof message === 'string' ? message : textOf(message);
}

function readOrText(object: object, name: string): unknown {
  try {
    return (object as Record<string, unknown>)[name];
  } catch (error) {
    return `unreadable: ${String(error)}`;
  }
}

/** @param findClass - the class at a reference, if this process has loaded its module */
export async function restoreThrown(
  record: ThrownRecord,
  findClass: (reference: TargetReference) => Promise<unknown>,
  restored: Error[] = [],
): Promise<unknown> {
  if (record.kind === 'value') return record.value;
  if (record.kind === 'again') return restored[record.index];
  const error = await makeError(record, findClass);
  // In the order in which they were recorded, and known before what may lead back to it.
  restored.push(error);
  const restore = (part: ThrownRecord) => restoreThrown(part, findClass, restored);
  if (record.cause !== undefined) define(error, 'cause', await restore(record.cause));
  if (record.errors !== undefined) {
    const errors: unknown[] = [];
    for (const part of record.errors) errors.push(await restore(part));
    define(error, 'errors', errors);
  }
  return error;
}

async function makeError(
  record: ErrorRecord,
  findClass: (reference: TargetReference) => Promise<unknown>,
): Promise<Error> {
  if (record.className === 'DOMException') {
    const { name, ...others } = record.properties;
    const error = new DOMException(record.message, String(name));
    define(error, 'stack', record.stack);
    return Object.assign(error, others);
  }
  const found = record.classReference && (await findClass(record.classReference));
  const errorClass = isErrorClass(found) ? found : (knownClasses.get(record.className) ?? Error);
  // Not constructed: a class may want other arguments, and its constructor ran over there already.
  const error = new Error(record.message);
  Object.setPrototypeOf(error, errorClass.prototype);
  define(error, 'stack', record.stack);
  if (error.name !== record.className && !isErrorClass(found) && errorClass === Error) {
    define(error, 'name', record.className);
  }
  for (const [name, value] of Object.entries(record.properties)) {
    Object.defineProperty(error, name, {
      value,
      enumerable: name !== 'name',
      writable: true,
      configurable: true,
    });
  }
  return error;
}

function define(error: Error, name: string, value: unknown): void {
  Object.defineProperty(error, name, { value, enumerable: false, writable: true, configurable: true });
}

function isErrorClass(value: unknown): value is ErrorClass {
  return typeof value === 'function' && value.prototype instanceof Error;
}

function cloneableOrText(value: unknown): unknown {
  try {
    // Read back too: V8 writes an error whose cause leads back to itself, and can't read it.
    deserialize(serialize(value));
    return value;
  } catch {
    // A part that can't be sent must not cost the reader the rest of the error.
    return textOf(value);
  }
}

function textOf(value: unknown): string {
  try {
    return inspect(value);
  } catch {
    return 'something that can not even be shown';
  }
}
