/** One number that several processes see. */
import { MemoryFile } from './core/memory-file.js';
import type { ObjectKind } from './core/place.js';
import { shapeOf, type TypedAddress, TypedFile } from './typed-file.js';
import { type ElementOf, type ElementType, type IntegerType, resolveElementType } from './element-type.js';
import { rebuildEntry } from './entry-urls.js';
import { InvalidOptionError } from './errors.js';
import { type Handover, handoverKey } from './handover.js';
import type { Lock } from './lock.js';
import { type PlaceOptions, resolveDirectory, resolveName } from './place-options.js';

const KIND: ObjectKind = { kind: 17, ending: 'value', noun: 'value' };

/**
 * A number in shared memory, seen by every process that has it open: by name, or handed over to a child.
 *
 * Reading and writing never tears, whatever the type. What reads and writes in one go, like {@link Value.add}, is
 * there for whole numbers; for anything larger there is {@link Value.lock}.
 *
 * @see Python's multiprocessing.Value
 */
export class Value<T extends ElementType> implements Disposable {
  readonly #typed: TypedFile<T>;

  /**
   * Makes a value without a name, to be passed to children.
   *
   * @param type - `int32`, `float64`, …; `int64` and `uint64` hold a bigint
   * @param initial - zero if it is omitted
   * @throws {InvalidOptionError} `ERR_LOCK_INVALID_OPTION`
   * @throws {LockUnavailableError} `ERR_LOCK_UNAVAILABLE` without FFI, and elsewhere than on 64-bit Linux
   * @throws {LockFileError} `ERR_LOCK_FILE`
   */
  constructor(type: T, initial?: ElementOf<T>, options?: PlaceOptions);
  /** @internal */
  constructor(type: T, initial: undefined, options: undefined, file: MemoryFile);
  constructor(type: T, initial?: ElementOf<T>, options?: PlaceOptions, file?: MemoryFile) {
    resolveElementType(type);
    this.#typed = new TypedFile(
      KIND,
      type,
      file ?? MemoryFile.createAnonymous(KIND, resolveDirectory(options), shapeOf(type, 1)),
    );
    if (initial !== undefined) this.value = initial;
  }

  /** Opens the value of that name; it is made, as zero, if it is not there. */
  static open<T extends ElementType>(name: string, type: T, options?: PlaceOptions): Value<T> {
    resolveElementType(type);
    const address = { directory: resolveDirectory(options), name: resolveName(name, 'a value') };
    return new Value(type, undefined, undefined, MemoryFile.open(KIND, address, shapeOf(type, 1)));
  }

  /** @internal */
  static at<T extends ElementType>(address: TypedAddress<T>): Value<T> {
    return new Value(address.type, undefined, undefined, MemoryFile.open(KIND, address, undefined));
  }

  get name(): string | undefined {
    return this.#typed.file.address.name;
  }

  get type(): T {
    return this.#typed.type;
  }

  /** @throws {LockClosedError} `ERR_LOCK_CLOSED` */
  get value(): ElementOf<T> {
    const array = this.#typed.array;
    return (isFloat(array) ? array[0] : Atomics.load(array as Int32Array, 0)) as ElementOf<T>;
  }

  set value(value: ElementOf<T>) {
    const array = this.#typed.array;
    if (isFloat(array)) array[0] = value as number;
    else Atomics.store(array as Int32Array, 0, value as number);
  }

  /** Adds in one go, for whole numbers; wraps around. @returns what it was before, as `Atomics.add` does */
  add(this: Value<T & IntegerType>, amount: ElementOf<T>): ElementOf<T> {
    return Atomics.add(this.#whole(), 0, amount as number) as ElementOf<T>;
  }

  /** Writes in one go, for whole numbers. @returns what it was before */
  exchange(this: Value<T & IntegerType>, value: ElementOf<T>): ElementOf<T> {
    return Atomics.exchange(this.#whole(), 0, value as number) as ElementOf<T>;
  }

  /** Writes only if it is `expected`, in one go, for whole numbers. @returns what it was before */
  compareExchange(this: Value<T & IntegerType>, expected: ElementOf<T>, value: ElementOf<T>): ElementOf<T> {
    return Atomics.compareExchange(this.#whole(), 0, expected as number, value as number) as ElementOf<T>;
  }

  /** A lock that goes with the value, the same for all who have it. */
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
    return { module: rebuildEntry.href, export: 'rebuildValue', data: this.#typed.address };
  }

  #whole(): Int32Array {
    const array = this.#typed.array;
    if (!isFloat(array)) return array as Int32Array;
    throw new InvalidOptionError('type', `A ${this.type} can't be changed in one go; hold its lock instead.`);
  }
}

function isFloat(array: unknown): array is Float64Array {
  return array instanceof Float64Array || array instanceof Float32Array;
}
