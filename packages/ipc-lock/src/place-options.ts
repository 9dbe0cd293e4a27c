/** Where an object's file is: options of everything that has one, checked once at the edge. */
import { resolve } from 'node:path';
import { InvalidOptionError } from './errors.js';
import { inspect } from './platform/lazy-builtins.js';

/** Options of everything that is opened by name or made without one. */
export interface PlaceOptions {
  /**
   * Folder for the file; only this user may write to it. All who share the object must name the same.
   *
   * @defaultValue `IPC_LOCK_DIR` of the environment, else a folder of this user in /dev/shm or the temporary folder
   */
  readonly directory?: string | undefined;
}

/** Where an object is, for another process of this machine. */
export interface Address {
  /** Undefined for the usual place. */
  readonly directory: string | undefined;
  /** Name of one that was opened by name. */
  readonly name?: string | undefined;
  /** File of one that has none. */
  readonly id?: string | undefined;
}

export function resolveDirectory(options: PlaceOptions | undefined): string | undefined {
  const directory = options?.directory;
  if (directory === undefined) return undefined;
  if (typeof directory !== 'string' || directory === '' || directory.includes('\0')) {
    throw new InvalidOptionError(
      'directory',
      `Option "directory" must be a non-empty path, not ${inspect(directory)}.`,
    );
  }
  return resolve(directory);
}

/** @param what - the object, for the message */
export function resolveName(name: string, what: string): string {
  if (typeof name === 'string' && name !== '') return name;
  throw new InvalidOptionError(
    'name',
    `The name of ${what} must be a non-empty string, not ${inspect(name)}.`,
  );
}
