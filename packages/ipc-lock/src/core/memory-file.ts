/**
 * A mapped file with its name, or without one: made, found, mapped, left.
 *
 * A mapping is given back only when no view of it is left, whether the object that made it is or not.
 */
import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { AlreadyExistsError, LockClosedError, LockFileError, NotFoundError } from '../errors.js';
import { AnonymousFile, leadsTo, newAnonymousId, sweepAnonymousFiles } from '../files/anonymous-file.js';
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
import { whenCopied } from './copied.js';
import { type ObjectKind, type Place, placeOf } from './place.js';

/** What there is to say about the content of a file. */
export type Shape = Omit<Content, 'kind'>;

/** A file that is open, and what keeps it there. */
interface Opened {
  readonly fd: number;
  readonly shape: Shape;
  readonly anonymous?: AnonymousFile | undefined;
}

export class MemoryFile {
  readonly address: Address;
  readonly shape: Shape;
  /** What an error calls the object. */
  readonly what: string;
  /** Names the file for as long as it is open: device and inode. */
  readonly identity: string;
  /** Where the content lies in this process. */
  readonly location: bigint;
  readonly path: string;
  readonly #hold: Hold;
  #buffer: ArrayBuffer | undefined;

  /** Maps the file. */
  private constructor(kind: ObjectKind, place: Place, { fd, shape, anonymous }: Opened) {
    this.address = place.address;
    this.shape = shape;
    this.what = place.what;
    this.path = place.path;
    this.#hold = new Hold(fd, anonymous);
    try {
      this.identity = identityOf(fd);
      const { address, buffer } = mapFile(fd, shape.size);
      this.location = address;
      this.#buffer = buffer;
    } catch (error) {
      this.#hold.end();
      throw error;
    }
    if (anonymous === undefined && kind.keepsDescriptor !== true) this.#hold.end();
    else droppedObjects.register(this, this.#hold, this);
  }

  /** @throws AlreadyExistsError `ERR_LOCK_EXISTS` */
  static create(kind: ObjectKind, address: Address, shape: Shape): MemoryFile {
    const place = placeOf(kind, address);
    const fd = makeNamed(kind, place, shape);
    if (fd === undefined) throw new AlreadyExistsError(place.what, place.path);
    return new MemoryFile(kind, place, { fd, shape });
  }

  /** Makes one without a name. */
  static createAnonymous(kind: ObjectKind, directory: string | undefined, shape: Shape): MemoryFile {
    const address = { directory, id: newAnonymousId(kind.ending) };
    sweepAnonymousFiles(placeOf(kind, address).folder);
    return MemoryFile.open(kind, address, shape);
  }

  /**
   * Opens what is at the address, and makes it if a shape is given.
   *
   * @throws NotFoundError `ERR_LOCK_NOT_FOUND`
   */
  static open(kind: ObjectKind, address: Address, shape: Shape | undefined): MemoryFile {
    const place = placeOf(kind, address);
    if (address.name !== undefined) return new MemoryFile(kind, place, openOrMake(kind, place, shape));
    let opened: Opened | undefined;
    const anonymous = new AnonymousFile(place.folder, place.fileName, () => {
      opened = openOrMake(kind, place, shape);
      return opened.fd;
    });
    return new MemoryFile(kind, place, { ...(opened as unknown as Opened), anonymous });
  }

  /** The descriptor, while it is kept. */
  get fd(): number {
    return this.#hold.fd;
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
    this.#hold.end();
  }

  /**
   * Notices that the file was renamed or removed: who opens the name now has another. Only while the descriptor is kept.
   *
   * @throws LockFileError `ERR_LOCK_FILE`
   */
  checkName(): void {
    if (this.address.name === undefined || leadsTo(this.path, this.fd)) return;
    throw new LockFileError(
      this.path,
      `${this.path} was renamed or removed while it was used: who opened ${this.what.replace('The', 'the')} before and ` +
        'who opens it after do not exclude each other. Close it, open it again, and never remove what is in use.',
    );
  }

  /** Takes the name away; false when another file has it by now, or none. */
  unlink(): boolean {
    if (this.address.name === undefined) return false;
    return removeMappedFile(this.path, (fd) => identityOf(fd) === this.identity);
  }
}

function openOrMake(kind: ObjectKind, place: Place, shape: Shape | undefined): Opened {
  for (;;) {
    const found = openMappedFile(place.path, kind.kind, place.what);
    if (found !== undefined) return { fd: found.fd, shape: found.header };
    if (shape === undefined) throw new NotFoundError(place.what, place.path);
    const fd = makeNamed(kind, place, shape);
    if (fd !== undefined) return { fd, shape };
  }
}

function makeNamed({ kind }: ObjectKind, { folder, path }: Place, shape: Shape): number | undefined {
  for (;;) {
    const fd = makeMappedFile(folder, path, { ...shape, kind });
    if (fd !== undefined) return fd;
    if (!removeMappedFile(path, isOfEarlierBoot)) return undefined;
  }
}

function mapFile(fd: number, size: number): Mapping {
  // Opened once more: a mapping keeps the open file that it was made from, and the locks that this one has.
  const own = openSync(`/proc/self/fd/${fd}`, constants.O_RDWR);
  let mapping: Mapping;
  try {
    mapping = memoryCalls().map(own, CONTENT_AT, size);
  } finally {
    closeSync(own);
  }
  droppedMappings.register(mapping.buffer, { address: mapping.address, size });
  return mapping;
}

const droppedMappings = new FinalizationRegistry<{ address: bigint; size: number }>(({ address, size }) =>
  memoryCalls().discard(address, size),
);

/** Of this process, and in a copy of it to be opened anew. */
const holds = new Set<Hold>();

/** The open file of an object: ended once, by close() or because the object was dropped without it. */
class Hold {
  #fd: number;
  readonly #anonymous: AnonymousFile | undefined;
  #ended = false;

  constructor(fd: number, anonymous: AnonymousFile | undefined) {
    this.#fd = fd;
    this.#anonymous = anonymous;
    holds.add(this);
  }

  get fd(): number {
    return this.#fd;
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    holds.delete(this);
    if (this.#anonymous === undefined) closeSync(this.#fd);
    else this.#anonymous.leave();
  }

  /** In a copy: locks belong to the open file, so the copy needs one of its own. */
  renew(): void {
    const own = openSync(`/proc/self/fd/${this.#fd}`, constants.O_RDWR);
    closeSync(this.#fd);
    this.#fd = own;
    this.#anonymous?.renew(own);
  }
}

whenCopied(() => {
  for (const hold of holds) hold.renew();
});

const droppedObjects = new FinalizationRegistry<Hold>((hold) => hold.end());

function identityOf(fd: number): string {
  const { dev, ino } = fstatSync(fd, { bigint: true });
  return `${dev}:${ino}`;
}
