/** The start methods there are, the default first. */
import { StartMethodUnavailableError } from '../errors.js';
import { forkserver } from './forkserver.js';
import { spawn } from './spawn.js';
import type { StartMethod, StartMethodName } from './start-method.js';

const all: readonly StartMethod[] = [spawn, forkserver];

/** Names of the start methods that work here; the first is the default. */
export function startMethods(): StartMethodName[] {
  return all.filter((method) => method.unavailable() === undefined).map((method) => method.name);
}

/**
 * @param name - `auto` is forkserver where it works, else spawn
 * @throws StartMethodUnavailableError for one that does not work here
 */
export function chooseStartMethod(name: string | undefined): StartMethod {
  if (name === 'auto') return forkserver.unavailable() === undefined ? forkserver : spawn;
  const found = name === undefined ? all[0] : all.find((method) => method.name === name);
  if (found === undefined || found.unavailable() !== undefined) {
    throw new StartMethodUnavailableError(String(name), startMethods());
  }
  return found;
}
