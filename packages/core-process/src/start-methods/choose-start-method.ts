/** The start methods there are, the default first. */
import { StartMethodUnavailableError } from '../errors.js';
import { fork } from './fork.js';
import { forkserver } from './forkserver.js';
import { spawn } from './spawn.js';
import type { StartMethod, StartMethodName } from './start-method.js';

const all: readonly StartMethod[] = [spawn, forkserver, fork];

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
  const reason = found?.unavailable();
  if (found === undefined || reason !== undefined) {
    throw new StartMethodUnavailableError(String(name), startMethods(), reason);
  }
  return found;
}
