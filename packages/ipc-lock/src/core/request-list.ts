/**
 * The requests of a lock manager, in the order of asking, in the text that its clients share.
 *
 * A request is granted when nothing that excludes it is held, and none for the same name waits before it. All here is
 * for the one who may look and take, see {@link Monitor}.
 */
import type { Monitor } from '../backend/backend.js';
import { LockFileError } from '../errors.js';
import { FIRST_OWN } from './region-layout.js';

export type LockMode = 'exclusive' | 'shared';

export interface ListedRequest {
  readonly id: string;
  /** The client as words have it. */
  readonly client: number;
  readonly clientId: string;
  readonly name: string;
  readonly mode: LockMode;
  isHeld: boolean;
}

export class RequestList {
  readonly #monitor: Monitor;

  constructor(monitor: Monitor) {
    this.#monitor = monitor;
  }

  /** All requests of those who live. */
  all(): readonly ListedRequest[] {
    return this.#change((requests) => requests);
  }

  /** Grants what can be granted, and takes out what the dead had. */
  settle(): void {
    this.all();
  }

  /** Adds a request; one that must be had at once or not at all only if it can be. */
  add(
    request: Omit<ListedRequest, 'isHeld'>,
    {
      ifAvailable,
      steal,
    }: { readonly ifAvailable?: boolean | undefined; readonly steal?: boolean | undefined },
  ): void {
    this.#change((requests) => {
      if (steal === true) {
        const rest = requests.filter(({ name, isHeld }) => name !== request.name || !isHeld);
        return [{ ...request, isHeld: true }, ...rest];
      }
      const added = [...requests, { ...request, isHeld: false }];
      if (ifAvailable !== true) return added;
      grant(added);
      return added.at(-1)?.isHeld === true ? added : requests;
    });
  }

  remove(ids: readonly string[]): void {
    this.#change((requests) => requests.filter(({ id }) => !ids.includes(id)));
  }

  #change(change: (requests: ListedRequest[]) => ListedRequest[]): ListedRequest[] {
    const before = this.#monitor.document;
    const alive = new Map<number, boolean>();
    const isAlive = (client: number): boolean => {
      const known = alive.get(client) ?? this.#monitor.clients.isAlive(client);
      alive.set(client, known);
      return known;
    };
    this.#markRows();
    const requests = change(this.#parse(before).filter(({ client }) => isAlive(client)));
    grant(requests);
    const after = requests.length === 0 ? '' : JSON.stringify(requests);
    if (after !== before) {
      this.#monitor.document = after;
      this.#monitor.changed();
    }
    return requests;
  }

  /** A row with something in it is one whose death is looked out for. */
  #markRows(): void {
    const { words, clients } = this.#monitor;
    words[clients.row + FIRST_OWN] = 1;
    for (const row of clients.rows()) {
      if (words[row + FIRST_OWN] !== 0 && !clients.isRowAlive(row)) words[row + FIRST_OWN] = 0;
    }
  }

  #parse(text: string): ListedRequest[] {
    if (text === '') return [];
    try {
      const requests = JSON.parse(text) as ListedRequest[];
      if (Array.isArray(requests)) return requests;
    } catch {
      // Refused below, as whatever else is no list.
    }
    const { what, path } = this.#monitor;
    throw new LockFileError(path, `${what} was overwritten by another program. Find it, and remove ${path}.`);
  }
}

/** From the first to the last, one name at a time: what is held excludes, and what waits is not overtaken. */
function grant(requests: readonly ListedRequest[]): void {
  const names = new Map<string, { shared: boolean; exclusive: boolean; isWaitedFor: boolean }>();
  for (const { name, mode, isHeld } of requests) {
    if (!names.has(name)) names.set(name, { shared: false, exclusive: false, isWaitedFor: false });
    const state = names.get(name);
    if (isHeld && state !== undefined) state[mode] = true;
  }
  for (const request of requests) {
    const state = names.get(request.name);
    if (request.isHeld || state === undefined) continue;
    const isFree = !state.exclusive && (request.mode === 'shared' || !state.shared);
    if (isFree && !state.isWaitedFor) {
      request.isHeld = true;
      state[request.mode] = true;
    } else {
      state.isWaitedFor = true;
    }
  }
}
