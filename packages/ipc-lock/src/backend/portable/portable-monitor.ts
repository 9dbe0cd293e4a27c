/**
 * A monitor without shared memory: the state is read before each look, and replaced after each change, as a whole, by
 * the one who has the folder's lock. Who dies in between has changed nothing.
 *
 * | bytes of the state | content                                                       |
 * | ------------------ | ------------------------------------------------------------- |
 * | 0–63               | the header, see files/file-header.ts                          |
 * | 64–319             | what all share, see core/region-layout.ts; i32 16 highest slot |
 * | 64 for each slot   | the row, and which thread has it: f64 4–7 process, thread, start, namespace |
 * | the rest           | the document                                                  |
 *
 * Nobody is told of a change: who waits looks whether the file is another, and at the state itself now and then, for a
 * death is no change.
 */
import { whenCopied } from '../../core/copied.js';
import { LocalQueue } from '../../core/local-queue.js';
import type { PendingWait } from '../../core/pending-wait.js';
import { type ObjectKind, type Place, placeOf } from '../../core/place.js';
import { FIRST_OWN, GENERATION, PID, SHARED_SIZE } from '../../core/region-layout.js';
import { clientWord, generationOf, LAST_SLOT, nextGeneration, slotOf } from '../../core/word-layout.js';
import { LockFileError, TimeoutError, TooManyClientsError } from '../../errors.js';
import { newAnonymousId, sweepAnonymous } from '../../files/anonymous-file.js';
import { BACKEND, decodeHeader, encodeHeader, HEADER_SIZE } from '../../files/file-header.js';
import { removeEmptyFolders } from '../../files/lock-folder.js';
import { bootId, type ThreadIdentity } from '../../platform/process-identity.js';
import type { Address } from '../../place-options.js';
import type { ClientRows, Monitor, Take } from '../backend.js';
import { atStep } from '../step.js';
import { isAlive, ownIdentity, SharedFolder } from './shared-folder.js';

const ROW_SIZE = 64;
const ROW_WORDS = ROW_SIZE / 4;
const HIGHEST = 16;
/** Of a row, among the 64-bit numbers. */
const IDENTITY = 4;
/** Of the header. */
const DETAIL_AT = 36;

/** The longest that a death goes unnoticed, in milliseconds. */
const SLICE_MS = 25;
/** Pauses between two looks at whether the state was replaced, in milliseconds. */
const FIRST_PAUSE_MS = 0.5;
const LONGEST_PAUSE_MS = 8;
/** How long one who leaves tries to say so, in milliseconds; whoever ends without a word is found out as well. */
const LONGEST_END_MS = 200;

const monitors = new Map<string, PortableMonitor>();
whenCopied(() => monitors.clear());
const sleeper = new Int32Array(new SharedArrayBuffer(4));

export class PortableMonitor implements Monitor {
  readonly address: Address;
  readonly path: string;
  readonly what: string;
  readonly detail: number;
  readonly words: Int32Array;
  readonly numbers: Float64Array;
  readonly local = new LocalQueue();
  readonly #kind: ObjectKind;
  readonly #folder: SharedFolder;
  readonly #place: Place;
  readonly #bytes = Buffer.from(new ArrayBuffer(SHARED_SIZE + LAST_SLOT * ROW_SIZE));
  #document = '';
  #header: Buffer = Buffer.alloc(0);
  /** Of the state, when it was last looked at with the lock. */
  #version = '';
  /** What the state was when it was read; undefined while nobody looks. */
  #before: Buffer | undefined;
  #undo: (() => void)[] = [];
  #self = 0;
  #row = 0;
  #users = 0;

  private constructor(kind: ObjectKind, place: Place, folder: SharedFolder) {
    this.#kind = kind;
    this.#place = place;
    this.address = place.address;
    this.path = place.path;
    this.what = place.what;
    this.#folder = folder;
    this.words = new Int32Array(this.#bytes.buffer);
    this.numbers = new Float64Array(this.#bytes.buffer);
    this.detail = this.#inside(() => {
      folder.sweep();
      this.#register();
      return this.#header.readUInt32LE(DETAIL_AT);
    });
  }

  /**
   * Opens it, and makes it if need be. One object in this thread for each.
   *
   * @param detail - what it is made with; one that is there may have another
   */
  static open(kind: ObjectKind, address: Address, detail: number): PortableMonitor {
    const place =
      address.name === undefined && address.id === undefined
        ? newPlace(kind, address)
        : placeOf(kind, address);
    for (;;) {
      const folder = SharedFolder.open(place.folder, place.path, place.what, () => emptyState(kind, detail));
      let monitor = monitors.get(folder.identity);
      if (monitor === undefined) {
        try {
          monitor = new PortableMonitor(kind, place, folder);
        } catch (error) {
          folder.quit();
          // Its last user took it away between the two steps: there is room for another.
          if (address.name === undefined && isGone(error)) continue;
          throw error;
        }
        monitors.set(folder.identity, monitor);
        if (monitors.size === 1) process.on('exit', endAnonymous);
      }
      monitor.#users++;
      return monitor;
    }
  }

  get clients(): ClientRows {
    return this.#clients;
  }

  readonly #clients = ((monitor: PortableMonitor): ClientRows => ({
    get self() {
      return monitor.#self;
    },
    get row() {
      return monitor.#row;
    },
    *rows() {
      const highest = monitor.#highest;
      for (let slot = 1; slot <= highest; slot++) yield rowOf(slot);
    },
    isRowAlive: (row) => row === monitor.#row || monitor.#isRowAlive(row),
    pidOfRow: (row) => monitor.words[row + PID] as number,
    isAlive(client) {
      const row = rowOf(slotOf(client));
      return (
        client === monitor.#self ||
        (monitor.words[row + GENERATION] === generationOf(client) && monitor.#isRowAlive(row))
      );
    },
  }))(this);

  async wait<T>(wait: PendingWait, take: Take<T>): Promise<T> {
    for (let pause = FIRST_PAUSE_MS; ; ) {
      const looked = wait.timeout === 0 ? { taken: this.#inside(take) } : this.#tryInside(take);
      if (looked?.taken !== undefined) return looked.taken;
      if (wait.timeout === 0) throw new TimeoutError(this.what, 0);
      if (looked === undefined) {
        await wait.sleep(pause);
        pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS);
      } else {
        await wait.until<void>((done) => this.#onceReplaced(done));
        pause = FIRST_PAUSE_MS;
      }
    }
  }

  waitSync<T>(timeout: number, take: Take<T>): T | undefined {
    const deadline = performance.now() + timeout;
    for (;;) {
      const taken = this.#inside(take);
      if (taken !== undefined) return taken;
      const version = this.#version;
      const looked = performance.now();
      let pause = FIRST_PAUSE_MS;
      do {
        const left = deadline - performance.now();
        if (left <= 0) return undefined;
        if (IPC_LOCK_STEPS) atStep('before sleep');
        Atomics.wait(sleeper, 0, 0, Math.min(pause, left));
        if (IPC_LOCK_STEPS) atStep('woken');
        pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS);
      } while (this.#folder.version === version && performance.now() - looked < SLICE_MS);
    }
  }

  look<T>(read: () => T): T {
    if (this.#before === undefined) this.#load();
    return read();
  }

  update(change: () => void): void {
    // Closed, and whatever was had was given back: nothing is left to change.
    if (this.#users === 0 && this.#before === undefined) return;
    this.#inside(change);
  }

  orElse(undo: () => void): void {
    this.#undo.push(undo);
  }

  /** The file is replaced after every change; whoever waits sees that. */
  changed(): void {}

  get document(): string {
    return this.#document;
  }

  set document(text: string) {
    this.#document = text;
  }

  leave(): void {
    if (--this.#users === 0) this.end();
  }

  /** Ends all uses of it by this thread; the last user removes one that has no name. */
  end(): void {
    this.#users = 0;
    monitors.delete(this.#folder.identity);
    if (monitors.size === 0) process.off('exit', endAnonymous);
    // Of one that was removed under us, or whose lock is not to be had, nothing is ours to clean up.
    if (!this.#folder.enterWithin(LONGEST_END_MS)) return;
    this.#load();
    this.words.fill(0, this.#row + PID, this.#row + ROW_WORDS);
    const state = this.#encode();
    if (this.isAnonymous && !hasLiveClient(state)) {
      this.#folder.remove();
      removeEmptyFolders(this.#place.folder);
      return;
    }
    this.#folder.sweep();
    this.#folder.replace(state);
    this.#folder.leave();
    this.#folder.quit();
  }

  get isAnonymous(): boolean {
    return this.address.name === undefined;
  }

  get #highest(): number {
    return Math.min(Math.max(this.words[HIGHEST] as number, 0), LAST_SLOT);
  }

  #isRowAlive(row: number): boolean {
    const thread = identityAt(this.numbers, row);
    return thread !== undefined && isAlive(thread);
  }

  /** Reads the state with the folder's lock, and replaces it if it was changed. Inside of itself it only runs. */
  #inside<T>(look: () => T): T {
    if (this.#before !== undefined) return look();
    this.#folder.enter();
    return this.#lookAndLeave(look);
  }

  #tryInside<T>(take: Take<T>): { readonly taken: T | undefined } | undefined {
    if (this.#before !== undefined) return { taken: take() };
    if (!this.#folder.tryEnter()) return undefined;
    return { taken: this.#lookAndLeave(take) };
  }

  #lookAndLeave<T>(look: () => T): T {
    try {
      this.#before = this.#load();
      if (IPC_LOCK_STEPS) atStep('looking');
      try {
        return look();
      } finally {
        const after = this.#encode();
        if (IPC_LOCK_STEPS) atStep('taken');
        if (!after.equals(this.#before)) this.#replace(after);
        this.#undo = [];
      }
    } finally {
      this.#before = undefined;
      this.#version = this.#folder.version;
      this.#folder.leave();
    }
  }

  #replace(state: Buffer): void {
    try {
      this.#folder.replace(state);
    } catch (error) {
      for (const undo of this.#undo.splice(0)) undo();
      throw error;
    }
  }

  #load(): Buffer {
    let state = this.#folder.read();
    const decoded = decodeHeader(state.subarray(0, HEADER_SIZE), BACKEND.portable);
    if (decoded.kind !== 'header' || state.length < HEADER_SIZE + SHARED_SIZE) throw this.#spoilt();
    if (decoded.header.kind !== this.#kind.kind) {
      throw new LockFileError(
        this.path,
        `${this.path} holds something else than ${this.what}. Use another name.`,
      );
    }
    // Another run of the machine has left it: nobody has anything of it.
    if (decoded.header.bootId !== bootId()) state = emptyState(this.#kind, decoded.header.detail);
    this.#header = state.subarray(0, HEADER_SIZE);
    const highest = state.readInt32LE(HEADER_SIZE + HIGHEST * 4);
    const end = HEADER_SIZE + SHARED_SIZE + highest * ROW_SIZE;
    if (highest < 0 || highest > LAST_SLOT || end > state.length) throw this.#spoilt();
    state.copy(this.#bytes, 0, HEADER_SIZE, end);
    this.#document = state.toString('utf8', end);
    return state;
  }

  #encode(): Buffer {
    const rows = this.#bytes.subarray(0, SHARED_SIZE + this.#highest * ROW_SIZE);
    return Buffer.concat([this.#header, rows, Buffer.from(this.#document)]);
  }

  #spoilt(): LockFileError {
    return new LockFileError(
      this.path,
      `${this.path} is no state of ipc-lock, of another version, or was overwritten. Remove it when nobody uses it any more.`,
    );
  }

  /** Takes a slot: of one that has ended, and owes nobody a report, or the next. */
  #register(): void {
    const own = ownIdentity();
    const { words, numbers } = this;
    const foreign = [...this.#clients.rows()].some((row) => {
      const thread = identityAt(numbers, row);
      return thread !== undefined && thread.namespace !== own.namespace;
    });
    if (foreign) {
      throw new LockFileError(
        this.path,
        `${this.what} is used from another namespace of processes, another container for example: who lives there ` +
          `can't be seen from here. Give each its own IPC_LOCK_DIR; if nobody there lives any more, remove ${this.path}.`,
      );
    }
    const slot = this.#freeSlot();
    const row = rowOf(slot);
    const generation = nextGeneration(words[row + GENERATION] as number);
    words.fill(0, row, row + ROW_WORDS);
    words[row + GENERATION] = generation;
    words[row + PID] = process.pid;
    numbers.set([own.pid, own.tid, own.start, own.namespace], row / 2 + IDENTITY);
    words[HIGHEST] = Math.max(this.#highest, slot);
    this.#self = clientWord(slot, generation);
    this.#row = row;
  }

  #freeSlot(): number {
    const highest = this.#highest;
    for (let slot = 1; slot <= highest; slot++) {
      const row = rowOf(slot);
      const [first = 0, second = 0] = this.words.subarray(row + FIRST_OWN, row + FIRST_OWN + 2);
      if (!this.#isRowAlive(row) && this.#kind.isOwed?.(first, second) !== true) return slot;
    }
    if (highest < LAST_SLOT) {
      // What an earlier, longer state had there.
      const row = rowOf(highest + 1);
      this.words.fill(0, row, row + ROW_WORDS);
      return highest + 1;
    }
    throw new TooManyClientsError(this.what, LAST_SLOT);
  }

  #onceReplaced(done: () => void): () => void {
    const version = this.#version;
    const began = performance.now();
    let pause = FIRST_PAUSE_MS;
    let timer: NodeJS.Timeout;
    const look = (): void => {
      if (this.#folder.version !== version || performance.now() - began >= SLICE_MS) return done();
      pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS);
      // What keeps the process alive is up to the wait.
      timer = setTimeout(look, pause).unref();
    };
    timer = setTimeout(look, pause).unref();
    return () => clearTimeout(timer);
  }
}

/** The place of one without a name; what others have left there is cleaned up first. */
function newPlace(kind: ObjectKind, { directory }: Address): Place {
  const place = placeOf(kind, { directory, id: newAnonymousId(kind.ending) });
  const ours = new Set([...monitors.values()].map(({ address }) => address.id ?? ''));
  sweepAnonymous(place.folder, ours, (path) => SharedFolder.removeUnless(path, hasLiveClient));
  return place;
}

function endAnonymous(): void {
  for (const monitor of monitors.values()) if (monitor.isAnonymous) monitor.end();
}

function isGone(error: unknown): boolean {
  return ((error as Error).cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';
}

function rowOf(slot: number): number {
  return (SHARED_SIZE + (slot - 1) * ROW_SIZE) / 4;
}

function identityAt(numbers: Float64Array, row: number): ThreadIdentity | undefined {
  const [pid = 0, tid = 0, start = 0, namespace = 0] = numbers.subarray(
    row / 2 + IDENTITY,
    row / 2 + IDENTITY + 4,
  );
  return tid === 0 ? undefined : { pid, tid, start, namespace };
}

function emptyState({ kind }: ObjectKind, detail: number): Buffer {
  const header = encodeHeader({
    backend: BACKEND.portable,
    kind,
    detail,
    size: SHARED_SIZE,
    bootId: bootId(),
  });
  return Buffer.concat([header, Buffer.alloc(SHARED_SIZE)]);
}

function hasLiveClient(state: Buffer): boolean {
  const rows = Uint8Array.prototype.slice.call(state, HEADER_SIZE);
  const numbers = new Float64Array(rows.buffer, 0, Math.floor(rows.length / 8));
  const highest = Math.min(state.readInt32LE(HEADER_SIZE + HIGHEST * 4), LAST_SLOT);
  for (let slot = 1; slot <= highest; slot++) {
    const thread = identityAt(numbers, rowOf(slot));
    if (thread !== undefined && isAlive(thread)) return true;
  }
  return false;
}
