/**
 * What was thrown, on its way to the parent: class, message, stack, cause and own properties.
 *
 * The class is found again where the receiver knows it: JavaScript's own, this package's, and those
 * exported by a module that the receiver has loaded already. No module is imported for an error.
 */
import { inspect } from 'node:util';
import { serialize } from 'node:v8';
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

/** Anything can be thrown in JavaScript, 0 and undefined too. */
export type ThrownRecord = ErrorRecord | ValueRecord;

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

/** @param locateClass - says where an error's class is exported, or undefined */
export function recordThrown(
  thrown: unknown,
  locateClass: (constructor: ErrorClass) => TargetReference | undefined,
  seen: ReadonlySet<unknown> = new Set(),
): ThrownRecord {
  if (!(thrown instanceof Error) || seen.has(thrown)) {
    return { kind: 'value', value: cloneableOrText(thrown) };
  }
  const below = new Set([...seen, thrown]);
  const errorClass = thrown.constructor as ErrorClass;
  const isKnown = knownClasses.get(errorClass.name)?.prototype === errorClass.prototype;
  const properties: Record<string, unknown> = {};
  for (const name of Object.keys(thrown)) {
    if (!SEPARATE.has(name))
      properties[name] = cloneableOrText((thrown as unknown as Record<string, unknown>)[name]);
  }
  if (Object.hasOwn(thrown, 'name')) properties['name'] = thrown.name;
  return {
    kind: 'error',
    className: errorClass.name,
    classReference: isKnown ? undefined : locateClass(errorClass),
    message: thrown.message,
    stack: thrown.stack,
    properties,
    cause: Object.hasOwn(thrown, 'cause') ? recordThrown(thrown.cause, locateClass, below) : undefined,
    errors: Array.isArray((thrown as AggregateError).errors)
      ? (thrown as AggregateError).errors.map((error) => recordThrown(error, locateClass, below))
      : undefined,
  };
}

/** @param findClass - the class at a reference, if this process has loaded its module */
export async function restoreThrown(
  record: ThrownRecord,
  findClass: (reference: TargetReference) => Promise<unknown>,
): Promise<unknown> {
  if (record.kind === 'value') return record.value;
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
  if (record.cause !== undefined) define(error, 'cause', await restoreThrown(record.cause, findClass));
  if (record.errors !== undefined) {
    define(error, 'errors', await Promise.all(record.errors.map((part) => restoreThrown(part, findClass))));
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
    serialize(value);
    return value;
  } catch {
    // A part that can't be sent must not cost the reader the rest of the error.
    return inspect(value);
  }
}
