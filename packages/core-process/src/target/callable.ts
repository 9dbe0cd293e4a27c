/** What can be called for a target that was found: a function itself, or the `run()` of a class. */
import { inspect } from 'node:util';

/**
 * @param label - what it is called in the error
 * @throws TypeError when it is neither function nor class
 */
export function callableOf(found: unknown, label: string): (...args: unknown[]) => unknown {
  if (typeof found !== 'function') {
    throw new TypeError(`${label} is no function or class but ${inspect(found)}.`);
  }
  const prototype = found.prototype as { run?: unknown } | undefined;
  if (typeof prototype?.run === 'function') {
    return (...args) => (Reflect.construct(found, args) as { run(): unknown }).run();
  }
  if (isClass(found)) throw new TypeError(`${label} is a class whose instances have no run().`);
  return found as (...args: unknown[]) => unknown;
}

/** Its prototype can't be replaced; that of a function can. */
function isClass(found: object): boolean {
  return Object.getOwnPropertyDescriptor(found, 'prototype')?.writable === false;
}
