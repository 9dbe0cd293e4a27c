/** A mapped file of elements of one type, and the lock that goes with it. */
import {
  arrayOn,
  type ArrayOf,
  bytesOf,
  type ElementType,
  numberOfType,
  typeOfNumber,
} from './element-type.js';
import { InvalidOptionError } from './errors.js';
import { Lock } from './lock.js';
import type { Address } from './place-options.js';
import type { MemoryFile, Shape } from './core/memory-file.js';
import type { ObjectKind } from './core/place.js';

/** What another process needs to have it again. */
export interface TypedAddress<T extends ElementType = ElementType> extends Address {
  readonly type: T;
}

export class TypedFile<T extends ElementType> {
  readonly type: T;
  readonly file: MemoryFile;
  readonly #kind: ObjectKind;
  #array: ArrayOf<T> | undefined;
  #lock: Lock | undefined;

  constructor(kind: ObjectKind, type: T, file: MemoryFile) {
    this.#kind = kind;
    this.type = type;
    this.file = file;
    const { detail, size } = file.shape;
    if (detail !== numberOfType(type) || size % bytesOf(type) !== 0) {
      file.close();
      throw new InvalidOptionError('type', `${file.what} is of ${typeOfNumber(detail)}, not of ${type}.`);
    }
    this.#array = arrayOn(type, file.buffer);
  }

  /** @throws LockClosedError `ERR_LOCK_CLOSED` */
  get array(): ArrayOf<T> {
    // The file says that it is closed.
    this.#array ??= arrayOn(this.type, this.file.buffer);
    return this.#array;
  }

  /** The same lock for all who have the file; its own file is made when it is first used. */
  get lock(): Lock {
    void this.array;
    this.#lock ??= Lock.at(lockAddressOf(this.#kind, this.file.address));
    return this.#lock;
  }

  get address(): TypedAddress<T> {
    void this.array;
    return { ...this.file.address, type: this.type };
  }

  close(): void {
    this.#array = undefined;
    this.file.close();
    this.#lock?.close();
  }
}

export function shapeOf(type: ElementType, length: number): Shape {
  return { detail: numberOfType(type), size: length * bytesOf(type) };
}

function lockAddressOf({ ending }: ObjectKind, { directory, name, id }: Address): Address {
  // A name of ours can't be one of a user's: those who use both must not meet.
  if (name !== undefined) return { directory, name: `\0${ending}\0${name}` };
  return { directory, id: (id ?? '').replace(/[a-z]+$/, 'lock') };
}
