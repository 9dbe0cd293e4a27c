/**
 * The lock without shared memory, on a {@link PortableMonitor}.
 *
 * | shared      | content                                                       |
 * | ----------- | ------------------------------------------------------------- |
 * | i32 32      | client that holds it, or 0                                    |
 * | i32 33      | next ticket                                                   |
 * | i32 34      | process that holds it                                         |
 * | f64 18      | since when                                                    |
 * | f64 30      | token of the last grant                                       |
 *
 * Always in the order of asking, for a free lock that everyone has to come and look at would be a matter of chance:
 * each client that waits has in its row the ticket of its first task, and the lowest ticket of those who live gets it.
 */
import { whenCopied } from '../../core/copied.js';
import { coarseNow } from '../../core/coarse-clock.js';
import { LocalQueue } from '../../core/local-queue.js';
import type { PendingWait } from '../../core/pending-wait.js';
import type { ObjectKind } from '../../core/place.js';
import { FIRST_OWN, FIRST_SHARED, TOKEN } from '../../core/region-layout.js';
import { isBefore } from '../../core/ticket.js';
import { isToken, nextToken } from '../../core/token.js';
import { InvalidOptionError, TimeoutError, WouldDeadlockError } from '../../errors.js';
import type { Abandoned } from '../../guard.js';
import type { Address } from '../../place-options.js';
import type { Holder, Mutex, MutexGrant } from '../backend.js';
import { PortableMonitor } from './portable-monitor.js';

const OWNER = FIRST_SHARED;
const NEXT_TICKET = FIRST_SHARED + 1;
const HOLDER_PID = FIRST_SHARED + 2;
const HOLDER_SINCE = 18;
/** Of a row. */
const TICKET = FIRST_OWN;

const mutexes = new Map<PortableMonitor, PortableMutex>();
whenCopied(() => mutexes.clear());

export class PortableMutex implements Mutex {
  readonly path: string;
  readonly address: Address;
  readonly what: string;
  readonly #monitor: PortableMonitor;
  /** Order in this thread, and whether it holds the lock. */
  readonly #local = new LocalQueue();
  /** Tickets of this thread's tasks that wait, the first in front. */
  readonly #tickets: number[] = [];

  private constructor(monitor: PortableMonitor) {
    this.#monitor = monitor;
    this.path = monitor.path;
    this.address = monitor.address;
    this.what = monitor.what;
  }

  /** @param detail - of a fair lock another than of one that is not: all who open it say the same */
  static open(kind: ObjectKind, address: Address, detail: number): PortableMutex {
    const monitor = PortableMonitor.open(kind, address, detail);
    if (monitor.detail !== detail) {
      monitor.leave();
      throw new InvalidOptionError(
        'fair',
        `${monitor.what} was made ${detail === 0 ? 'with' : 'without'} { fair: true }. Say the same.`,
      );
    }
    let mutex = mutexes.get(monitor);
    if (mutex === undefined) mutexes.set(monitor, (mutex = new PortableMutex(monitor)));
    return mutex;
  }

  /** There is no way to it that is quicker than the others. */
  tryAcquire(): number {
    return 0;
  }

  tryAcquireInTurn(): number {
    return 0;
  }

  async acquire(wait: PendingWait): Promise<MutexGrant> {
    wait.throwIfCancelled();
    // One look at the state both draws the ticket and, if nobody is before it, takes the lock.
    const look = (): { grant: MutexGrant | undefined; ticket: number } => {
      const grant = this.#local.isContended ? undefined : this.#take(undefined);
      if (grant !== undefined) return { grant, ticket: 0 };
      const ticket = this.#drawTicket();
      this.#queue(this.#tickets.length, ticket);
      return { grant, ticket };
    };
    const first = await this.#monitor.local.inTurn(wait, () => this.#monitor.wait(wait, look));
    if (first.grant !== undefined) return first.grant;
    let endTurn: (() => void) | undefined;
    try {
      if (wait.timeout === 0) throw new TimeoutError(this.what, 0);
      endTurn = await this.#local.takeTurn(wait);
      for (;;) {
        await this.#local.untilAdmitted(false, wait);
        const { grant } = await this.#monitor.wait(wait, () => {
          // A blocking acquire of this thread came in between: it tells us itself when it is over.
          if (!this.#local.admits(false)) return {};
          const taken = this.#take(first.ticket);
          return taken && { grant: taken };
        });
        if (grant !== undefined) return grant;
      }
    } finally {
      this.#leaveQueue(first.ticket);
      endTurn?.();
    }
  }

  acquireSync(timeout: number, beforeSleep?: () => void): MutexGrant {
    if (!this.#local.admits(false)) {
      throw timeout === 0 ? new TimeoutError(this.what, timeout) : new WouldDeadlockError(this.what);
    }
    // Ahead of this thread's tasks, in the place that they have among all.
    let ticket = this.#tickets[0];
    let isOurs = false;
    try {
      const grant = this.#monitor.waitSync(timeout, () => {
        const taken = this.#take(ticket);
        if (taken !== undefined || timeout === 0) return taken;
        beforeSleep?.();
        if (isOurs) return undefined;
        ticket ??= this.#drawTicket();
        this.#queue(0, ticket);
        isOurs = true;
        return undefined;
      });
      if (grant === undefined) throw new TimeoutError(this.what, timeout);
      return grant;
    } finally {
      if (isOurs && ticket !== undefined) this.#leaveQueue(ticket);
    }
  }

  release(): void {
    const { words } = this.#monitor;
    try {
      this.#monitor.update(() => {
        words[OWNER] = 0;
      });
    } finally {
      this.#local.leave(false);
    }
  }

  holder(): Holder | null {
    const { words, numbers, clients } = this.#monitor;
    return this.#monitor.look(() => {
      const owner = words[OWNER] as number;
      if (owner === 0 || !clients.isAlive(owner)) return null;
      return { pid: words[HOLDER_PID] as number, since: numbers[HOLDER_SINCE] as number };
    });
  }

  leave(): void {
    this.#monitor.leave();
  }

  #take(ticket: number | undefined): MutexGrant | undefined {
    const { words, numbers, clients } = this.#monitor;
    const owner = words[OWNER] as number;
    if (owner !== 0 && clients.isAlive(owner)) return undefined;
    if (!this.#isFirst(ticket)) return undefined;
    let abandoned: Abandoned | null = null;
    if (owner !== 0) {
      const token = numbers[TOKEN] as number;
      abandoned = {
        pid: words[HOLDER_PID] as number,
        since: numbers[HOLDER_SINCE] as number,
        token: BigInt(isToken(token) ? token : 0),
      };
    }
    const token = nextToken(numbers);
    words[OWNER] = clients.self;
    words[HOLDER_PID] = process.pid;
    numbers[HOLDER_SINCE] = coarseNow();
    this.#local.enter(false);
    this.#monitor.orElse(() => this.#local.leave(false));
    return { token, abandoned };
  }

  #isFirst(ticket: number | undefined): boolean {
    const { words, clients } = this.#monitor;
    for (const row of clients.rows()) {
      const other = words[row + TICKET] as number;
      if (other === 0 || (ticket !== undefined && !isBefore(other, ticket))) continue;
      if (clients.isRowAlive(row)) return false;
    }
    return true;
  }

  #drawTicket(): number {
    const { words } = this.#monitor;
    // 0 says that there is none.
    const ticket = (words[NEXT_TICKET] as number) || 1;
    words[NEXT_TICKET] = ticket + 1;
    return ticket;
  }

  #queue(place: number, ticket: number): void {
    this.#tickets.splice(place, 0, ticket);
    this.#writeTicket();
  }

  #leaveQueue(ticket: number): void {
    const place = this.#tickets.indexOf(ticket);
    if (place === -1) return;
    this.#tickets.splice(place, 1);
    this.#monitor.update(() => this.#writeTicket());
  }

  #writeTicket(): void {
    this.#monitor.words[this.#monitor.clients.row + TICKET] = this.#tickets[0] ?? 0;
  }
}
