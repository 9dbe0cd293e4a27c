/**
 * A mapped file with its name, or without one: made, found, mapped, left.
 *
 * A mapping is given back only when no view of it is left, whether the object that made it is or not.
 */
import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { markAsUntransferable } from 'node:worker_threads';
import { AlreadyExistsError, LockClosedError, NotFoundError } from '../errors.js';
import { AnonymousFile, newAnonymousId, sweepAnonymousFiles } from '../files/anonymous-file.js';
import { chooseLockFolder, fileNameOf, type LockFolder } from '../files/lock-folder.js';
import {
  CONTENT_AT,
  type Content,
  isOfEarlierBoot,
  makeMappedFile,
  openMappedFile,
  removeMappedFile,
} from '../files/mapped-file.js';
import { type Mapping, memoryCalls } from '../platform/ffi.js';
import type { Address } from '../place-options.js';

/** What a kind of object calls itself, in its file's header and name and in messages. */
export interface MemoryKind {
  readonly kind: number;
  /** Letters; the ending of the file's name. */
  readonly ending: string;
  /** For messages: `The … "name"`. */
  readonly noun: string;
}

/** What there is to say about the content of a file. */
export type Shape = Omit<Content, 'kind'>;

export class MemoryFile {
  readonly address: Address;
  readonly shape: Shape;
  /** What an error calls the object. */
  readonly what: string;
  readonly #path: string;
  readonly #identity: string;
  readonly #anonymous: AnonymousFile | undefined;
  #buffer: ArrayBuffer | undefined;

  /** Maps the file, and closes its descriptor unless that keeps the file there. */
  private constructor(
    place: Place,
    shape: Shape,
    { fd, anonymous }: { fd: number; anonymous?: AnonymousFile | undefined },
  ) {
    this.address = place.address;
    this.shape = shape;
    this.what = place.what;
    this.#path = place.path;
    this.#anonymous = anonymous;
    try {
      this.#identity = identityOf(fd);
      this.#buffer = mapFile(fd, shape.size);
    } catch (error) {
      anonymous?.leave();
      throw error;
    } finally {
      if (anonymous === undefined) closeSync(fd);
    }
    if (anonymous !== undefined) droppedObjects.register(this, anonymous, this);
  }

  /** @throws AlreadyExistsError `ERR_LOCK_EXISTS` */
  static create(kind: MemoryKind, address: Address, shape: Shape): MemoryFile {
    const place = placeOf(kind, address);
    const made = makeNamed(kind, place, shape);
    if (made === undefined) throw new AlreadyExistsError(place.what, place.path);
    return new MemoryFile(place, shape, { fd: made });
  }

  /**
   * Opens what has that name, and makes it if a shape is given.
   *
   * @throws NotFoundError `ERR_LOCK_NOT_FOUND`
   */
  static open(kind: MemoryKind, address: Address, shape: Shape | undefined): MemoryFile {
    const place = placeOf(kind, address);
    for (;;) {
      const found = openMappedFile(place.path, kind.kind, place.what);
      if (found !== undefined) return new MemoryFile(place, found.header, found);
      if (shape === undefined) throw new NotFoundError(place.what, place.path);
      const made = makeNamed(kind, place, shape);
      if (made !== undefined) return new MemoryFile(place, shape, { fd: made });
    }
  }

  /** Makes one without a name. */
  static createAnonymous(kind: MemoryKind, directory: string | undefined, shape: Shape): MemoryFile {
    const place = placeOf(kind, { directory, id: newAnonymousId(kind.ending) });
    sweepAnonymousFiles(place.folder);
    const anonymous = new AnonymousFile(place.folder, place.fileName, (path) => {
      const fd = makeMappedFile(place.folder, path, { ...shape, kind: kind.kind });
      if (fd === undefined) throw new AlreadyExistsError(place.what, path);
      return fd;
    });
    return new MemoryFile(place, shape, { fd: descriptorOf(anonymous), anonymous });
  }

  /** Opens what was handed over. @throws NotFoundError `ERR_LOCK_NOT_FOUND` when its last user has left it */
  static at(kind: MemoryKind, address: Address): MemoryFile {
    if (address.name !== undefined) return MemoryFile.open(kind, address, undefined);
    const place = placeOf(kind, address);
    let shape: Shape | undefined;
    const anonymous = new AnonymousFile(place.folder, place.fileName, (path) => {
      const found = openMappedFile(path, kind.kind, place.what);
      if (found === undefined) throw new NotFoundError(place.what, path);
      shape = found.header;
      return found.fd;
    });
    return new MemoryFile(place, shape as Shape, { fd: descriptorOf(anonymous), anonymous });
  }

  /** @throws LockClosedError `ERR_LOCK_CLOSED` */
  get buffer(): ArrayBuffer {
    if (this.#buffer === undefined) throw new LockClosedError(this.what);
    return this.#buffer;
  }

  close(): void {
    if (this.#buffer === undefined) return;
    this.#buffer = undefined;
    droppedObjects.unregister(this);
    this.#anonymous?.leave();
  }

  /** Takes the name away; false when another file has it by now, or none. */
  unlink(): boolean {
    if (this.address.name === undefined) return false;
    return removeMappedFile(this.#path, (fd) => identityOf(fd) === this.#identity);
  }
}

interface Place {
  readonly address: Address;
  readonly what: string;
  readonly folder: LockFolder;
  readonly fileName: string;
  readonly path: string;
}

function placeOf({ ending, noun }: MemoryKind, { directory, name, id = '' }: Address): Place {
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

function makeNamed({ kind }: MemoryKind, { folder, path }: Place, shape: Shape): number | undefined {
  for (;;) {
    const fd = makeMappedFile(folder, path, { ...shape, kind });
    if (fd !== undefined) return fd;
    if (!removeMappedFile(path, isOfEarlierBoot)) return undefined;
  }
}

function descriptorOf(anonymous: AnonymousFile): number {
  return anonymous.fd as number;
}

function mapFile(fd: number, size: number): ArrayBuffer {
  // Opened once more: a mapping keeps the open file that it was made from, and the locks that this one has.
  const own = openSync(`/proc/self/fd/${fd}`, constants.O_RDWR);
  let mapping: Mapping;
  try {
    mapping = memoryCalls().map(own, CONTENT_AT, size);
  } finally {
    closeSync(own);
  }
  const { address, buffer } = mapping;
  // Moved to another thread it would outlive its registration here.
  markAsUntransferable(buffer);
  droppedMappings.register(buffer, { address, size });
  return buffer;
}

const droppedMappings = new FinalizationRegistry<{ address: bigint; size: number }>(({ address, size }) =>
  memoryCalls().discard(address, size),
);

/** An object that was dropped without close() stops using its file. */
const droppedObjects = new FinalizationRegistry<AnonymousFile>((file) => file.leave());

function identityOf(fd: number): string {
  const { dev, ino } = fstatSync(fd, { bigint: true });
  return `${dev}:${ino}`;
}
