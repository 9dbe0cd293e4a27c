/** Memory that several processes see. */
import { MemoryFile } from './core/memory-file.js';
import type { ObjectKind } from './core/place.js';
import { rebuildEntry } from './entry-urls.js';
import { InvalidOptionError } from './errors.js';
import { type Handover, handoverKey } from './handover.js';
import { type Address, type PlaceOptions, resolveDirectory, resolveName } from './place-options.js';
import { inspect } from './platform/lazy-builtins.js';

/** Options of {@link SharedMemory.open}. */
export interface OpenSharedMemoryOptions extends PlaceOptions {
  /**
   * Bytes; the memory is made with this size, all zeros, if it is not there. One of another size is refused.
   *
   * @defaultValue `undefined`: it must be there, of whatever size
   */
  readonly size?: number | undefined;
}

const KIND: ObjectKind = { kind: 16, ending: 'memory', noun: 'shared memory' };

/**
 * Memory that every process sees which has it open: by name, or handed over to a child.
 *
 * Without a name it is there as long as some process has it open. With a name it stays, like a file, until
 * {@link SharedMemory.unlink} or the next start of the machine. What one writes the others see at once, but in no
 * order that they could rely on: agree on it by `Atomics` on an `Int32Array`, or by a `Lock`.
 *
 * @see shm_overview(7), mmap(2)
 */
export class SharedMemory implements Disposable {
  readonly #file: MemoryFile;

  /**
   * Makes memory without a name, all zeros, to be passed to children.
   *
   * @param size - bytes, at least 1
   * @throws {InvalidOptionError} `ERR_LOCK_INVALID_OPTION`
   * @throws {LockUnavailableError} `ERR_LOCK_UNAVAILABLE` without FFI, and elsewhere than on 64-bit Linux
   * @throws {LockFileError} `ERR_LOCK_FILE`, with the system's reason as its `cause`, `ENOSPC` for example
   */
  constructor(size: number, options?: PlaceOptions);
  /** @internal */
  constructor(size: number, options: undefined, file: MemoryFile);
  constructor(size: number, options?: PlaceOptions, file?: MemoryFile) {
    this.#file =
      file ??
      MemoryFile.createAnonymous(KIND, resolveDirectory(options), { detail: 0, size: resolveSize(size) });
  }

  /**
   * Makes memory of that name, all zeros.
   *
   * @param name - any non-empty string
   * @param size - bytes, at least 1
   * @throws {AlreadyExistsError} `ERR_LOCK_EXISTS` when it is there already
   * @throws whatever the constructor throws
   */
  static create(name: string, size: number, options?: PlaceOptions): SharedMemory {
    const address = { directory: resolveDirectory(options), name: resolveName(name, 'shared memory') };
    const file = MemoryFile.create(KIND, address, { detail: 0, size: resolveSize(size) });
    return new SharedMemory(size, undefined, file);
  }

  /**
   * Opens the memory of that name.
   *
   * @throws {NotFoundError} `ERR_LOCK_NOT_FOUND` when it is not there, and no size is given to make it with
   * @throws {InvalidOptionError} `ERR_LOCK_INVALID_OPTION` when it has another size
   * @throws {LockFileError} `ERR_LOCK_FILE` when its file was cut off or overwritten, or is another user's
   */
  static open(name: string, options?: OpenSharedMemoryOptions): SharedMemory {
    const address = { directory: resolveDirectory(options), name: resolveName(name, 'shared memory') };
    const size = options?.size === undefined ? undefined : resolveSize(options.size);
    const file = MemoryFile.open(KIND, address, size === undefined ? undefined : { detail: 0, size });
    if (size !== undefined && file.shape.size !== size) {
      file.close();
      throw new InvalidOptionError(
        'size',
        `${file.what} has ${file.shape.size} bytes, not ${size}. Open it without a size, or unlink it and make it anew.`,
      );
    }
    return new SharedMemory(file.shape.size, undefined, file);
  }

  /** @internal */
  static at(address: Address): SharedMemory {
    const file = MemoryFile.open(KIND, address, undefined);
    return new SharedMemory(file.shape.size, undefined, file);
  }

  /** The name it was made by; undefined for one that is only handed over. */
  get name(): string | undefined {
    return this.#file.address.name;
  }

  /** Bytes. */
  get size(): number {
    return this.#file.shape.size;
  }

  /**
   * The memory itself, the same buffer each time. Views go on working after {@link SharedMemory.close}. Don't
   * transfer it to a worker thread, where it would soon be zeros: open the memory there.
   *
   * @throws {LockClosedError} `ERR_LOCK_CLOSED`
   */
  get buffer(): ArrayBuffer {
    return this.#file.buffer;
  }

  /** The memory as bytes. @throws {LockClosedError} `ERR_LOCK_CLOSED` */
  get bytes(): Buffer {
    return Buffer.from(this.#file.buffer);
  }

  /** Ends this object's use of it. Memory without a name goes when its last user has closed it or ended. */
  close(): void {
    this.#file.close();
  }

  /**
   * Takes the name away: who has it open goes on with it, nobody can open it any more, and the name is free.
   *
   * @returns false when that was done before, whoever has the name by now
   */
  unlink(): boolean {
    return this.#file.unlink();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Lets core-process, or anything that knows this protocol, send it to another process. */
  [handoverKey](): Handover<Address> {
    void this.#file.buffer;
    return { module: rebuildEntry.href, export: 'rebuildSharedMemory', data: this.#file.address };
  }
}

function resolveSize(size: number): number {
  if (Number.isSafeInteger(size) && size >= 1) return size;
  throw new InvalidOptionError(
    'size',
    `The size of shared memory must be a whole number of bytes from 1 on, not ${inspect(size)}.`,
  );
}
