/** Numbers that several processes see. */
import { MemoryFile } from './core/memory-file.js';
import type { ObjectKind } from './core/place.js';
import { shapeOf, type TypedAddress, TypedFile } from './typed-file.js';
import { type ArrayOf, type ElementOf, type ElementType, resolveElementType } from './element-type.js';
import { rebuildEntry } from './entry-urls.js';
import { InvalidOptionError } from './errors.js';
import { type Handover, handoverKey } from './handover.js';
import type { Lock } from './lock.js';
import { type PlaceOptions, resolveDirectory, resolveName } from './place-options.js';
import { inspect } from './platform/lazy-builtins.js';

const KIND: ObjectKind = { kind: 18, ending: 'array', noun: 'shared array' };

/** Options of {@link SharedArray.open}. */
export interface OpenSharedArrayOptions extends PlaceOptions {
  /**
   * Elements; the array is made with this length, all zeros, if it is not there. One of another length is refused.
   *
   * @defaultValue `undefined`: it must be there, of whatever length
   */
  readonly length?: number | undefined;
}

/**
 * A typed array in shared memory, seen by every process that has it open: by name, or handed over to a child.
 *
 * @see Python's multiprocessing.Array
 */
export class SharedArray<T extends ElementType> implements Disposable {
  readonly #typed: TypedFile<T>;

  /**
   * Makes an array without a name, to be passed to children.
   *
   * @param type - `int32`, `float64`, …; `int64` and `uint64` hold bigints
   * @param content - how many zeros, or the elements
   * @throws {InvalidOptionError} `ERR_LOCK_INVALID_OPTION`
   * @throws {LockUnavailableError} `ERR_LOCK_UNAVAILABLE` without FFI, and elsewhere than on 64-bit Linux
   * @throws {LockFileError} `ERR_LOCK_FILE`
   */
  constructor(type: T, content: number | Iterable<ElementOf<T>>, options?: PlaceOptions);
  /** @internal */
  constructor(type: T, content: undefined, options: undefined, file: MemoryFile);
  constructor(
    type: T,
    content: number | Iterable<ElementOf<T>> | undefined,
    options?: PlaceOptions,
    file?: MemoryFile,
  ) {
    resolveElementType(type);
    const elements = typeof content === 'object' ? [...content] : undefined;
    this.#typed = new TypedFile(
      KIND,
      type,
      file ??
        MemoryFile.createAnonymous(
          KIND,
          resolveDirectory(options),
          shapeOf(type, resolveLength(elements?.length ?? content)),
        ),
    );
    if (elements !== undefined) (this.array as Float64Array).set(elements as number[]);
  }

  /**
   * Opens the array of that name.
   *
   * @throws {NotFoundError} `ERR_LOCK_NOT_FOUND` when it is not there, and no length is given to make it with
   * @throws {InvalidOptionError} `ERR_LOCK_INVALID_OPTION` when it has another type or length
   */
  static open<T extends ElementType>(
    name: string,
    type: T,
    options?: OpenSharedArrayOptions,
  ): SharedArray<T> {
    resolveElementType(type);
    const address = { directory: resolveDirectory(options), name: resolveName(name, 'a shared array') };
    const length = options?.length === undefined ? undefined : resolveLength(options.length);
    const shape = length === undefined ? undefined : shapeOf(type, length);
    const array = new SharedArray(type, undefined, undefined, MemoryFile.open(KIND, address, shape));
    if (length === undefined || array.length === length) return array;
    const { what } = array.#typed.file;
    const problem = `${what} has ${array.length} elements, not ${length}. Open it without a length, or unlink it.`;
    array.close();
    throw new InvalidOptionError('length', problem);
  }

  /** @internal */
  static at<T extends ElementType>(address: TypedAddress<T>): SharedArray<T> {
    return new SharedArray(address.type, undefined, undefined, MemoryFile.open(KIND, address, undefined));
  }

  get name(): string | undefined {
    return this.#typed.file.address.name;
  }

  get type(): T {
    return this.#typed.type;
  }

  /** Elements. */
  get length(): number {
    return this.array.length;
  }

  /** The elements, the same typed array each time. @throws {LockClosedError} `ERR_LOCK_CLOSED` */
  get array(): ArrayOf<T> {
    return this.#typed.array;
  }

  /** A lock that goes with the array, the same for all who have it. */
  get lock(): Lock {
    return this.#typed.lock;
  }

  /** Ends this object's use of it, and of its lock. */
  close(): void {
    this.#typed.close();
  }

  /** Takes the name away; false when that was done before. */
  unlink(): boolean {
    return this.#typed.file.unlink();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Lets core-process, or anything that knows this protocol, send it to another process. */
  [handoverKey](): Handover<TypedAddress> {
    return { module: rebuildEntry.href, export: 'rebuildSharedArray', data: this.#typed.address };
  }
}

function resolveLength(length: unknown): number {
  if (Number.isSafeInteger(length) && (length as number) >= 1) return length as number;
  throw new InvalidOptionError(
    'length',
    `The length of a shared array must be a whole number from 1 on, not ${inspect(length)}.`,
  );
}
