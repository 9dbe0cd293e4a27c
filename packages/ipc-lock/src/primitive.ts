/**
 * What semaphores, read-write locks, conditions, events and barriers have in common: where they are, how they are
 * closed and handed over, and their waits.
 */
import type { Monitor, Take } from './backend/backend.js';
import { openMonitor } from './backend/choose-backend.js';
import type { ObjectKind } from './core/place.js';
import { PendingWait } from './core/pending-wait.js';
import { LAST_TOKEN, SINCE } from './core/region-layout.js';
import { isToken } from './core/token.js';
import { rebuildEntry } from './entry-urls.js';
import { InvalidOptionError, LockClosedError, TimeoutError } from './errors.js';
import type { Abandoned } from './guard.js';
import { type Handover, handoverKey } from './handover.js';
import type { Address } from './place-options.js';
import { resolveWait, type WaitOptions, type WaitSyncOptions } from './wait-options.js';

/** What another process needs to have it again. */
export interface PrimitiveAddress extends Address {
  /** Export of the rebuild module is `rebuild…` of it. */
  readonly detail: number;
}

/** What the row of a dead client says of its last grant. */
export function abandonedBy({ numbers, clients }: Monitor, row: number): Abandoned {
  const token = numbers[(row + LAST_TOKEN) / 2] as number;
  return {
    pid: clients.pidOfRow(row),
    since: numbers[(row + SINCE) / 2] as number,
    token: BigInt(isToken(token) ? token : 0),
  };
}

export abstract class Primitive implements Disposable {
  /** @internal */
  protected readonly monitor: Monitor;
  readonly #rebuild: string;
  readonly #waits = new Set<PendingWait>();
  #closed = false;

  /**
   * @param rebuild - export of the rebuild module
   * @internal
   */
  protected constructor(kind: ObjectKind, rebuild: string, address: Address, detail: number) {
    this.#rebuild = rebuild;
    this.monitor = openMonitor(kind, address, detail);
    if (this.monitor.detail !== detail) {
      const { what, detail: there } = this.monitor;
      this.monitor.leave();
      throw new InvalidOptionError(
        'value',
        `${what} was made with ${there}, not with ${detail}. Use one number for all.`,
      );
    }
    dropped.register(this, this.monitor, this);
  }

  /** The name it was opened by; undefined for one that is only handed over. */
  get name(): string | undefined {
    return this.monitor.address.name;
  }

  /** Ends the waits with `ERR_LOCK_CLOSED`, gives back what this object has, and makes it unusable. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    dropped.unregister(this);
    for (const wait of this.#waits) wait.cancel(new LockClosedError(this.monitor.what));
    this.giveBackAll();
    this.monitor.leave();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Lets core-process, or anything that knows this protocol, send it to another process. */
  [handoverKey](): Handover<PrimitiveAddress> {
    this.throwIfClosed();
    const { address, detail } = this.monitor;
    return { module: rebuildEntry.href, export: this.#rebuild, data: { ...address, detail } };
  }

  /** @internal */
  protected throwIfClosed(): void {
    if (this.#closed) throw new LockClosedError(this.monitor.what);
  }

  /** @internal */
  protected get isClosed(): boolean {
    return this.#closed;
  }

  /** Called when it is closed. @internal */
  protected giveBackAll(): void {}

  /** @internal */
  protected async waitFor<T>(options: WaitOptions | undefined, take: Take<T>, inTurn = true): Promise<T> {
    const resolved = resolveWait(options);
    this.throwIfClosed();
    using wait = new PendingWait(resolved, () => new TimeoutError(this.monitor.what, resolved.timeout));
    this.#waits.add(wait);
    try {
      const run = (): Promise<T> => this.monitor.wait(wait, take);
      return await (inTurn ? this.monitor.local.inTurn(wait, run) : run());
    } finally {
      this.#waits.delete(wait);
    }
  }

  /** @internal */
  protected waitForSync<T>(options: WaitSyncOptions | undefined, take: Take<T>): T {
    const { timeout } = resolveWait(options);
    this.throwIfClosed();
    const taken = this.monitor.waitSync(timeout, take);
    if (taken === undefined) throw new TimeoutError(this.monitor.what, timeout);
    return taken;
  }
}

/** An object that was dropped without close() leaves its file. */
const dropped = new FinalizationRegistry<Monitor>((monitor) => monitor.leave());
