/** A flag that processes wait for. */
import type { ObjectKind } from './core/place.js';
import { FIRST_SHARED } from './core/region-layout.js';
import { type Address, type PlaceOptions, resolveDirectory, resolveName } from './place-options.js';
import { Primitive, type PrimitiveAddress } from './primitive.js';
import type { WaitOptions, WaitSyncOptions } from './wait-options.js';

const KIND: ObjectKind = { kind: 4, ending: 'event', noun: 'event', keepsDescriptor: true };
const FLAG = FIRST_SHARED;
/** Counts the calls of set(): who waited then is let go, whatever the flag is by the time it looks. */
const SETS = FIRST_SHARED + 1;

/** A flag that is set or not; whoever waits for it is let go when it is set. */
export class Event extends Primitive {
  /** Makes an event without a name, not set, to be passed to children. */
  constructor(options?: PlaceOptions);
  /** @internal */
  constructor(options: undefined, address: Address);
  constructor(options?: PlaceOptions, address: Address = { directory: resolveDirectory(options) }) {
    super(KIND, 'rebuildEvent', address, 0);
  }

  /** Opens the event of that name; it is made, not set, if it is not there. */
  static open(name: string, options?: PlaceOptions): Event {
    return new Event(undefined, {
      directory: resolveDirectory(options),
      name: resolveName(name, 'an event'),
    });
  }

  /** @internal */
  static at(address: PrimitiveAddress): Event {
    return new Event(undefined, address);
  }

  get isSet(): boolean {
    this.throwIfClosed();
    return this.monitor.look(() => Atomics.load(this.monitor.words, FLAG) === 1);
  }

  /** Lets all go who wait, in all processes, and all who wait later until {@link Event.clear}. */
  set(): void {
    this.throwIfClosed();
    this.monitor.update(() => {
      Atomics.store(this.monitor.words, FLAG, 1);
      Atomics.add(this.monitor.words, SETS, 1);
    });
  }

  clear(): void {
    this.throwIfClosed();
    this.monitor.update(() => Atomics.store(this.monitor.words, FLAG, 0));
  }

  /**
   * Waits until it is set.
   *
   * @param options.timeout - milliseconds; 0 looks once; omitted waits without end
   * @throws {TimeoutError} `ERR_LOCK_TIMEOUT`
   */
  async wait(options?: WaitOptions): Promise<void> {
    this.throwIfClosed();
    await this.waitFor(options, this.#taker(), false);
  }

  /** The same, blocking the thread. */
  waitSync(options?: WaitSyncOptions): void {
    this.throwIfClosed();
    this.waitForSync(options, this.#taker());
  }

  #taker(): () => true | undefined {
    const { words } = this.monitor;
    const before = this.monitor.look(() => Atomics.load(words, SETS));
    return () => (Atomics.load(words, FLAG) === 1 || Atomics.load(words, SETS) !== before ? true : undefined);
  }
}
