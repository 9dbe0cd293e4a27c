/** A place where processes wait for each other. */
import type { ObjectKind } from './core/place.js';
import { FIRST_OWN, FIRST_SHARED } from './core/region-layout.js';
import { BrokenBarrierError, InvalidOptionError } from './errors.js';
import { type Address, type PlaceOptions, resolveDirectory, resolveName } from './place-options.js';
import { Primitive, type PrimitiveAddress } from './primitive.js';
import type { WaitOptions, WaitSyncOptions } from './wait-options.js';
import { inspect } from './platform/lazy-builtins.js';

const KIND: ObjectKind = { kind: 6, ending: 'barrier', noun: 'barrier', keepsDescriptor: true };

/** Counts the trips and resets. */
const GENERATION = FIRST_SHARED;
const BROKEN = FIRST_SHARED + 1;
/** One bit for each of the last 32 generations: it was ended by a reset. */
const RESETS = FIRST_SHARED + 2;
/** Of a row: the generation that its arrivals are of, from 1 on; those of another count for nothing. */
const ARRIVED_AT = FIRST_OWN;
const ARRIVALS = FIRST_OWN + 1;

/** Options of {@link Barrier}. */
export interface BarrierOptions extends PlaceOptions {
  /** Called once a trip, before anyone is let out, by the object whose wait completes it. */
  readonly action?: (() => void) | undefined;
}

/**
 * A number of parties wait until all are there, then all go on; again and again.
 *
 * When a party gives up, or dies while it waits, the barrier is broken: all who wait get a `BrokenBarrierError`, and
 * so does who comes later, until {@link Barrier.reset}.
 */
export class Barrier extends Primitive {
  readonly #action: (() => void) | undefined;
  /** Waits of this object that are there. */
  readonly #arrived = new Set<Arrival>();

  /**
   * Makes a barrier without a name, to be passed to children. The action is not passed on.
   *
   * @param parties - how many have to be there, 1 or more
   */
  constructor(parties: number, options?: BarrierOptions);
  /** @internal */
  constructor(parties: number, options: BarrierOptions | undefined, address: Address);
  constructor(
    parties: number,
    options?: BarrierOptions,
    address: Address = { directory: resolveDirectory(options) },
  ) {
    super(KIND, 'rebuildBarrier', address, resolveParties(parties));
    this.#action = options?.action;
  }

  /** Opens the barrier of that name; it is made if it is not there. All must name one number of parties. */
  static open(name: string, parties: number, options?: BarrierOptions): Barrier {
    const address = { directory: resolveDirectory(options), name: resolveName(name, 'a barrier') };
    return new Barrier(parties, options, address);
  }

  /** @internal */
  static at(address: PrimitiveAddress): Barrier {
    return new Barrier(address.detail, undefined, address);
  }

  /** How many have to be there. */
  get parties(): number {
    return this.monitor.detail;
  }

  /** How many wait at this moment. */
  get waiting(): number {
    this.throwIfClosed();
    return this.monitor.look(() => this.#countArrivals(this.#generation));
  }

  get broken(): boolean {
    this.throwIfClosed();
    return this.monitor.look(() => Atomics.load(this.monitor.words, BROKEN) === 1);
  }

  /**
   * Waits until all parties are there.
   *
   * @returns a number from 0 to `parties - 1`, another one for each party
   * @throws {BrokenBarrierError} `ERR_LOCK_BROKEN_BARRIER`, also when time ran out, for all parties
   */
  async wait(options?: WaitOptions): Promise<number> {
    const arrival = new Arrival();
    try {
      return await this.waitFor(options, () => this.#arriveOrLook(arrival), false);
    } catch (error) {
      return this.#giveUp(arrival, error);
    } finally {
      this.#arrived.delete(arrival);
    }
  }

  /** The same, blocking the thread. */
  waitSync(options?: WaitSyncOptions): number {
    const arrival = new Arrival();
    try {
      return this.waitForSync(options, () => this.#arriveOrLook(arrival));
    } catch (error) {
      return this.#giveUp(arrival, error);
    } finally {
      this.#arrived.delete(arrival);
    }
  }

  /** Breaks it: all who wait, and who comes later, get a `BrokenBarrierError`. */
  abort(): void {
    this.throwIfClosed();
    this.#break();
  }

  /** Makes it usable again; who waits gets a `BrokenBarrierError`. */
  reset(): void {
    this.throwIfClosed();
    this.monitor.waitSync(Infinity, () => this.#end(this.#generation, true));
  }

  protected override giveBackAll(): void {
    if (this.#arrived.size > 0) this.#break();
  }

  get #generation(): number {
    return Atomics.load(this.monitor.words, GENERATION);
  }

  /** Called again and again until it gives the party's number. */
  #arriveOrLook(arrival: Arrival): number | undefined {
    const { words, clients } = this.monitor;
    const generation = this.#generation;
    if (arrival.generation === undefined) {
      if (Atomics.load(words, BROKEN) === 1) throw new BrokenBarrierError(this.monitor.what);
      const before = this.#countArrivals(generation);
      const { row } = clients;
      if (Atomics.load(words, row + ARRIVED_AT) !== generation + 1) {
        Atomics.store(words, row + ARRIVALS, 0);
        Atomics.store(words, row + ARRIVED_AT, generation + 1);
      }
      Atomics.add(words, row + ARRIVALS, 1);
      arrival.generation = generation;
      arrival.index = this.parties - 1 - before;
      this.#arrived.add(arrival);
      if (arrival.index === 0) return this.#trip(generation);
    }
    if (generation !== arrival.generation) {
      if (this.#wasReset(arrival.generation)) throw new BrokenBarrierError(this.monitor.what);
      return arrival.index;
    }
    if (Atomics.load(words, BROKEN) === 1) throw new BrokenBarrierError(this.monitor.what);
    this.#breakIfOneDied(generation);
    return undefined;
  }

  #trip(generation: number): number {
    try {
      this.#action?.();
    } catch (error) {
      this.#break();
      throw error;
    }
    this.#end(generation, false);
    return 0;
  }

  /** Lets everyone out, by one store; what it meant is written before. */
  #end(generation: number, isReset: boolean): true {
    const { words } = this.monitor;
    const bit = 1 << (generation & 31);
    if (isReset) Atomics.or(words, RESETS, bit);
    else Atomics.and(words, RESETS, ~bit);
    Atomics.store(words, BROKEN, 0);
    Atomics.store(words, GENERATION, (generation + 1) & 0x3fff_ffff);
    this.monitor.changed();
    return true;
  }

  #wasReset(generation: number): boolean {
    return (Atomics.load(this.monitor.words, RESETS) & (1 << (generation & 31))) !== 0;
  }

  #break(): void {
    this.monitor.update(() => Atomics.store(this.monitor.words, BROKEN, 1));
  }

  #breakIfOneDied(generation: number): void {
    const { words, clients } = this.monitor;
    for (const row of clients.rows()) {
      if (Atomics.load(words, row + ARRIVED_AT) !== generation + 1 || clients.isRowAlive(row)) continue;
      this.#break();
      throw new BrokenBarrierError(this.monitor.what, { pid: clients.pidOfRow(row) });
    }
  }

  /** A wait that ends without all being there ends it for all; unless they all came in the last moment. */
  #giveUp(arrival: Arrival, error: unknown): number {
    const { generation } = arrival;
    if (generation === undefined || this.isClosed || error instanceof BrokenBarrierError) throw error;
    const index = this.monitor.waitSync(Infinity, () => {
      if (this.#generation !== generation && !this.#wasReset(generation)) return arrival.index;
      if (this.#generation === generation) this.#break();
      return -1;
    });
    if (index !== undefined && index >= 0) return index;
    throw isTimeout(error) ? new BrokenBarrierError(this.monitor.what, { cause: error }) : error;
  }

  #countArrivals(generation: number): number {
    const { words, clients } = this.monitor;
    let count = 0;
    for (const row of clients.rows()) {
      if (Atomics.load(words, row + ARRIVED_AT) === generation + 1)
        count += Atomics.load(words, row + ARRIVALS);
    }
    return count;
  }
}

/** One party's wait. */
class Arrival {
  /** Undefined until it is there. */
  generation: number | undefined;
  index = 0;
}

function isTimeout(error: unknown): boolean {
  return (error as { code?: string }).code === 'ERR_LOCK_TIMEOUT';
}

function resolveParties(parties: number): number {
  if (Number.isSafeInteger(parties) && parties >= 1 && parties < 2 ** 31) return parties;
  throw new InvalidOptionError(
    'parties',
    `The number of parties must be a whole number from 1 on, not ${inspect(parties)}.`,
  );
}
