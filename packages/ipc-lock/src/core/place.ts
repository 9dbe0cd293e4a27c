/** Where an object of ours is in the file system, and what it calls itself. */
import { join } from 'node:path';
import { chooseLockFolder, fileNameOf, type LockFolder } from '../files/lock-folder.js';
import type { Address } from '../place-options.js';

/** What a kind of object calls itself, in its file's header and name and in messages. */
export interface ObjectKind {
  readonly kind: number;
  /** Letters; the ending of the file's name. */
  readonly ending: string;
  /** For messages: `The … "name"`. */
  readonly noun: string;
  /** True when the file stays open while it is used; one without a name always does. */
  readonly keepsDescriptor?: boolean;
  /** Of the two words of a dead client's row: true while somebody has still to be told what it had. */
  readonly isOwed?: (first: number, second: number) => boolean;
  /** Bytes of the text that its clients share; none if it is omitted. */
  readonly documentSize?: number;
}

/** Where an object is. */
export interface Place {
  readonly address: Address;
  readonly what: string;
  readonly folder: LockFolder;
  readonly fileName: string;
  readonly path: string;
}

export function placeOf({ ending, noun }: ObjectKind, { directory, name, id = '' }: Address): Place {
  const folder = chooseLockFolder(directory);
  // Named from here on: in the receiver's environment the usual place may be another.
  const named = directory ?? (folder.isOurs ? undefined : folder.path);
  if (name === undefined) {
    return {
      address: { directory: named, id },
      what: `The anonymous ${noun}`,
      folder,
      fileName: id,
      path: join(folder.anonymous, id),
    };
  }
  const fileName = fileNameOf(name, ending);
  return {
    address: { directory: named, name },
    what: `The ${noun} ${JSON.stringify(name)}`,
    folder,
    fileName,
    path: join(folder.path, fileName),
  };
}
