/**
 * The Web Locks interface, between processes.
 *
 * All requests of all processes are in one list that the clients share, in the order of asking. Whoever changes it
 * grants what has become free, for others too, and takes out what the dead had; the owner of a request sees what
 * became of it the next time that it looks. So a request is held from the moment that the list says so.
 */
import type { ObjectKind } from './core/place.js';
import { PendingWait } from './core/pending-wait.js';
import { type Deferred, deferred } from './core/deferred.js';
import { type ListedRequest, type LockMode, RequestList } from './core/request-list.js';
import { LockClosedError, LockFileError } from './errors.js';
import { type Address, type PlaceOptions, resolveDirectory, resolveName } from './place-options.js';
import { workerThreads } from './platform/lazy-builtins.js';
import { Primitive, type PrimitiveAddress } from './primitive.js';

const KIND: ObjectKind = {
  kind: 8,
  ending: 'locks',
  noun: 'lock manager',
  keepsDescriptor: true,
  documentSize: 2 ** 21,
};

/** How long nothing is heard of what others do with locks that are held here, in milliseconds, before it matters. */
const QUIET_MS = 5;

const NOT_NOTED =
  'The grant of a lock could not be noted, so it was given up: is the file system of its manager full? Make room.';

/** Counts the requests of this thread, which is one client for all its managers of one name. */
let lastRequest = 0;

/** A lock that was granted. */
export interface WebLock {
  readonly name: string;
  readonly mode: LockMode;
}

/** Options of {@link LockManager.request}. */
export interface LockRequestOptions {
  /** @defaultValue `'exclusive'` */
  readonly mode?: LockMode | undefined;
  /** True: when it can't be had at once, the callback gets `null`. */
  readonly ifAvailable?: boolean | undefined;
  /** True: it is taken from whoever holds it, whose request is rejected with an `AbortError`. */
  readonly steal?: boolean | undefined;
  /** Gives up the request while it is pending. */
  readonly signal?: AbortSignal | undefined;
}

/** One request, as {@link LockManager.query} tells of it. */
export interface LockInfo {
  readonly name: string;
  readonly mode: LockMode;
  /** Names the process and thread. */
  readonly clientId: string;
}

/** What {@link LockManager.query} resolves with. */
export interface LockManagerSnapshot {
  readonly held: readonly LockInfo[];
  /** In the order of asking. */
  readonly pending: readonly LockInfo[];
}

/** What is called with the lock; it is held until what this returns is settled. */
export type LockGrantedCallback<L, T> = (lock: L) => T | PromiseLike<T>;

/** A request of this thread that has not ended. */
interface OwnRequest {
  readonly id: string;
  isHeld: boolean;
  /** Resolves when it is held. */
  readonly granted: Deferred<void>;
  /** Rejects when it is stolen. */
  readonly stolen: Deferred<never>;
}

/**
 * Locks with names, as a browser's `navigator.locks`, for all processes of this user on this machine that open the same
 * manager. A request is granted in the order of asking; the locks and requests of a process that dies are gone with it.
 *
 * @see https://w3c.github.io/web-locks/
 */
export class LockManager extends Primitive {
  readonly #own = new Map<string, OwnRequest>();
  readonly #list: RequestList;
  #watch: PendingWait | undefined;
  #watchSoon: NodeJS.Timeout | undefined;

  /** Makes a manager without a name, to be passed to children. */
  constructor(options?: PlaceOptions);
  /** @internal */
  constructor(options: undefined, address: Address);
  constructor(options?: PlaceOptions, address: Address = { directory: resolveDirectory(options) }) {
    super(KIND, 'rebuildLockManager', address, 0);
    this.#list = new RequestList(this.monitor);
  }

  /** Opens the manager of that name, and makes it if need be. Managers of two names know nothing of each other. */
  static open(name: string, options?: PlaceOptions): LockManager {
    const address = { directory: resolveDirectory(options), name: resolveName(name, 'a lock manager') };
    return new LockManager(undefined, address);
  }

  /** @internal */
  static at(address: PrimitiveAddress): LockManager {
    return new LockManager(undefined, address);
  }

  /**
   * Waits for the lock of that name, calls `callback` with it, and gives it up when what that returns is settled.
   *
   * @returns what `callback` returns
   * @throws {TypeError} for arguments that can't be, as a browser does
   * @throws {DOMException} `NotSupportedError` for options that exclude each other, and names that begin with `-`;
   *   `AbortError` when the lock was stolen; what the signal gives as its reason
   */
  request<T>(name: string, callback: LockGrantedCallback<WebLock, T>): Promise<T>;
  request<T>(
    name: string,
    options: LockRequestOptions & { readonly ifAvailable?: false | undefined },
    callback: LockGrantedCallback<WebLock, T>,
  ): Promise<T>;
  request<T>(
    name: string,
    options: LockRequestOptions,
    callback: LockGrantedCallback<WebLock | null, T>,
  ): Promise<T>;
  async request(...args: readonly unknown[]): Promise<unknown> {
    const { name, options, callback } = resolveRequest(args);
    this.throwIfClosed();
    const { signal, mode } = options;
    signal?.throwIfAborted();
    const own: OwnRequest = {
      id: `${this.monitor.clients.self}.${++lastRequest}`,
      isHeld: false,
      granted: deferred(),
      stolen: deferred(),
    };
    this.#own.set(own.id, own);
    const abort = (): void => own.granted.reject(signal?.reason);
    signal?.addEventListener('abort', abort);
    try {
      const request = { id: own.id, client: this.monitor.clients.self, clientId: ownClientId(), name, mode };
      await this.#change(() => this.#list.add(request, options));
      // Aborted in the same turn, it is aborted, whether it could be had or not.
      signal?.throwIfAborted();
      if (options.ifAvailable && !own.isHeld) {
        this.#own.delete(own.id);
        return await callback(null);
      }
      await own.granted.promise;
      if (!own.isHeld) throw new LockFileError(this.monitor.path, NOT_NOTED);
    } catch (error) {
      if (this.#own.delete(own.id)) await this.#take(own.id);
      throw error;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
    return await this.#hold(own, () => callback(Object.freeze({ name, mode })));
  }

  /** Tells which locks are held, and which requests wait, of all processes. */
  async query(): Promise<LockManagerSnapshot> {
    this.throwIfClosed();
    const requests = await this.#change(() => this.#list.all());
    const told = (isHeld: boolean): LockInfo[] =>
      requests
        .filter((request) => request.isHeld === isHeld)
        .map(({ name, mode, clientId }) => ({ name, mode, clientId }));
    return { held: told(true), pending: told(false) };
  }

  protected override giveBackAll(): void {
    const ids = [...this.#own.keys()];
    for (const own of this.#own.values()) own.granted.reject(new LockClosedError(this.monitor.what));
    this.#own.clear();
    this.#watchAsNeeded();
    if (ids.length > 0) this.monitor.waitSync(Infinity, () => this.#list.remove(ids) ?? true);
  }

  async #hold<T>(own: OwnRequest, work: () => T | PromiseLike<T>): Promise<T> {
    try {
      const working = (async () => await work())();
      return await Promise.race([working, own.stolen.promise]);
    } finally {
      // Before the request settles: whoever hears of that can have the lock.
      if (this.#own.delete(own.id)) await this.#take(own.id);
    }
  }

  /** Takes a request of ours out of the list. */
  async #take(id: string): Promise<void> {
    if (this.isClosed) return;
    await this.#change(() => this.#list.remove([id]));
  }

  /** Changes the list, in the order in which this thread asks for it, and sees to what became of its requests. */
  async #change<T>(change: () => T): Promise<T> {
    const { result } = await this.waitFor(undefined, () => {
      const result = change();
      this.#notice();
      return { result };
    });
    this.#watchAsNeeded();
    return result;
  }

  /** Compares what the list says of this thread's requests with what is known of them. */
  #notice(): void {
    const listed = new Map<string, ListedRequest>(this.#list.all().map((request) => [request.id, request]));
    for (const own of this.#own.values()) {
      const isHeld = listed.get(own.id)?.isHeld === true;
      if (isHeld && !own.isHeld) {
        own.isHeld = true;
        own.granted.resolve();
        this.monitor.orElse(() => (own.isHeld = false));
      } else if (own.isHeld && !isHeld) {
        this.#own.delete(own.id);
        own.stolen.reject(new DOMException('The lock was stolen by another request.', 'AbortError'));
      }
    }
  }

  /** As long as a request waits or is held here, others may grant or steal it. */
  #watchAsNeeded(): void {
    const requests = [...this.#own.values()];
    if (requests.length === 0) {
      clearTimeout(this.#watchSoon);
      this.#watchSoon = undefined;
      this.#watch?.cancel(undefined);
      this.#watch = undefined;
      return;
    }
    const isPending = requests.some(({ isHeld }) => !isHeld);
    if (this.#watch !== undefined) this.#watch.keepAlive(isPending);
    else if (isPending) this.#startWatch(isPending);
    // A lock that is given up at once is not worth a thread that watches it.
    else this.#watchSoon ??= setTimeout(() => this.#startWatch(false), QUIET_MS).unref();
  }

  #startWatch(keepsAlive: boolean): void {
    clearTimeout(this.#watchSoon);
    this.#watchSoon = undefined;
    if (this.#watch !== undefined || this.#own.size === 0) return;
    const watch = new PendingWait({ timeout: Infinity, signal: undefined, shared: false }, neverTimesOut);
    watch.keepAlive(keepsAlive);
    this.#watch = watch;
    void this.#follow(watch);
  }

  /** Looks at every change until it is cancelled. */
  async #follow(watch: PendingWait): Promise<void> {
    try {
      await this.monitor.wait<never>(watch, () => {
        this.#list.settle();
        this.#notice();
        this.#watch?.keepAlive([...this.#own.values()].some(({ isHeld }) => !isHeld));
        return undefined;
      });
    } catch (error) {
      if (error === undefined) return;
      // The list can't be read any more: nobody is left to hear of it but those who wait.
      for (const own of this.#own.values()) {
        own.granted.reject(error);
        own.stolen.reject(error);
      }
      this.#own.clear();
    } finally {
      watch[Symbol.dispose]();
      if (this.#watch === watch) this.#watch = undefined;
    }
  }
}

let own: LockManager | undefined;

function ownManager(): LockManager {
  own ??= LockManager.open('default');
  return own;
}

/**
 * The lock manager that all processes of this user on this machine have in common, as `navigator.locks` is for a
 * browser's windows. Opened at first use.
 */
export const locks: Pick<LockManager, 'request' | 'query'> = {
  request: ((...args: Parameters<LockManager['request']>) =>
    ownManager().request(...args)) as LockManager['request'],
  query: () => ownManager().query(),
};

function ownClientId(): string {
  return `process-${process.pid}-thread-${workerThreads().threadId}`;
}

function neverTimesOut(): Error {
  return new Error('A wait without a time-out timed out.');
}

interface ResolvedRequest {
  readonly name: string;
  readonly options: LockRequestOptions & { readonly mode: LockMode };
  readonly callback: LockGrantedCallback<WebLock | null, unknown>;
}

/** Checks the arguments, in the order that the specification has. */
function resolveRequest(args: readonly unknown[]): ResolvedRequest {
  if (args.length < 2) throw new TypeError('request() needs a name and a callback.');
  const name = String(args[0]);
  const given = args.length === 2 ? {} : (args[1] ?? {});
  const callback = args.length === 2 ? args[1] : args[2];
  if (typeof callback !== 'function') throw new TypeError('The callback of request() must be a function.');
  if (typeof given !== 'object') throw new TypeError('The options of request() must be an object.');
  const { mode = 'exclusive', ifAvailable = false, steal = false, signal } = given as LockRequestOptions;
  if (mode !== 'exclusive' && mode !== 'shared') {
    throw new TypeError(`Option "mode" must be "exclusive" or "shared", not ${String(mode)}.`);
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new TypeError('Option "signal" must be an AbortSignal.');
  }
  const refuse = (why: string): never => {
    throw new DOMException(why, 'NotSupportedError');
  };
  if (name.startsWith('-')) refuse('The name of a lock must not begin with "-".');
  if (steal && ifAvailable) refuse('Options "steal" and "ifAvailable" exclude each other.');
  if (steal && mode !== 'exclusive') refuse('Option "steal" goes with mode "exclusive" only.');
  if (signal !== undefined && (steal || ifAvailable)) {
    refuse('Option "signal" goes with neither "steal" nor "ifAvailable".');
  }
  return {
    name,
    options: { mode, ifAvailable, steal, signal },
    callback: callback as ResolvedRequest['callback'],
  };
}
