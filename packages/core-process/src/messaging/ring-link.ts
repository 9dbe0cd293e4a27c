/**
 * A link over two rings in shared memory, one for each direction, beside a stream link between the same processes.
 *
 * What fits goes through the rings, what is large by memory of its own (os/large-memory.ts). The stream carries what is
 * neither, a bell (an empty message) for a process that sleeps in its event loop, and, by its end, the news that the other process is gone. What a dead process had put into
 * its ring is read all the same.
 *
 * | state of a side | how it is woken              |
 * | --------------- | ---------------------------- |
 * | `awake`         | not at all: it looks by itself |
 * | `in its loop`   | the bell                     |
 * | `on the word`   | futex wake                   |
 *
 * Order matters: a side publishes its state, then looks once more before it sleeps; the other publishes its message,
 * then looks at the state. One of the two sees the other.
 */
import { Deque } from '../deque.js';
import { ConnectionEndedError, MessageTornError } from '../errors.js';
import type { Futex } from '../os/futex.js';
import {
  createPayload,
  LARGE_BYTES,
  lendPayload,
  type LentPayload,
  releasePayload,
  usePayload,
} from '../os/large-memory.js';
import { PayloadReader } from '../os/payload-reader.js';
import { Inbox } from './inbox.js';
import { holdLoop } from './keep-alive.js';
import type { BatchLink } from './link.js';
import { Ring, RING_HEADER_BYTES } from './ring.js';
import type { StreamLink } from './stream-link.js';
import { LOOK_MS, type Looker, lookEveryTurn } from './turns.js';
import { Usual } from './usual.js';
import { monotonicNow } from '../real-timers.js';

const AWAKE = 0;
const IN_LOOP = 1;
const ON_WORD = 2;

/** Bytes of one ring. */
const RING_BYTES = 256 * 1024;
/** Before the rings: for each side its state, whether it waits for room, how many messages it has claimed, and confirmed. */
const SIDES_BYTES = 256;
const WORDS_OF_A_SIDE = 32;
const STATE = 0;
const WAITS_FOR_ROOM = 1;
const CLAIMED = 2;
const CONFIRMED = 3;

/** Bytes of memory that a link of this kind needs. */
export const RING_LINK_BYTES = SIDES_BYTES + 2 * (RING_HEADER_BYTES + RING_BYTES);

/** Its payload comes over the stream. */
const BY_STREAM = Buffer.alloc(0);

/** First byte of the link's own messages, with which no payload begins: where a large one lies, to be copied or kept, or that it was read. */
const OWN = 0;
const LARGE_TO_COPY = 1;
const LARGE_TO_KEEP = 2;
const LARGE_READ = 3;
const OWN_HEADER_BYTES = 14;

const LARGE_WAS_READ = Buffer.from([OWN, LARGE_READ]);

const BELL = Buffer.alloc(0);

export class RingLink implements BatchLink, Looker {
  readonly inbox = new Inbox();
  readonly isRemote = true;
  readonly #stream: StreamLink;
  readonly #futex: Futex;
  readonly #words: Int32Array;
  readonly #out: Ring;
  readonly #in: Ring;
  readonly #mine: number;
  readonly #theirs: number;
  readonly #myState: bigint;
  readonly #theirState: bigint;
  /** Messages for which there was no room in the ring. */
  #overflow: Uint8Array[] = [];
  #room: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined;
  /** Sent in memory that the other side reads, and not read yet. */
  readonly #unread = new Deque<Uint8Array>();
  readonly #reader = new PayloadReader();
  /** Arrived over the stream before their turn. */
  readonly #large: Buffer[] = [];
  #waitsForLarge = false;
  /** Says which message is the last one that comes by the stream as it is; after it the ring is read. */
  #isLastPlain: ((payload: Buffer) => boolean) | undefined;
  #isEnding = false;
  #isCorked = false;
  #hasNews = false;
  /** How long after a message of either side the next one comes from the other. */
  readonly #gap = new Usual();
  #lastMessage = 0;
  #isLooking = false;

  /**
   * @param side - 0 in one process, 1 in the other
   * @param isLastPlain - for the side whose partner may still send by the stream alone: how its last such message looks
   */
  constructor(
    stream: StreamLink,
    memory: ArrayBuffer,
    side: 0 | 1,
    futex: Futex,
    isLastPlain?: (payload: Buffer) => boolean,
  ) {
    this.#stream = stream;
    this.#isLastPlain = isLastPlain;
    this.#futex = futex;
    this.#words = new Int32Array(memory, 0, SIDES_BYTES / 4);
    const ring = (index: number) =>
      new Ring(memory, SIDES_BYTES + index * (RING_HEADER_BYTES + RING_BYTES), RING_BYTES);
    this.#out = ring(side);
    this.#in = ring(1 - side);
    this.#mine = side * WORDS_OF_A_SIDE;
    this.#theirs = (1 - side) * WORDS_OF_A_SIDE;
    this.#myState = futex.addressOf(this.#words.subarray(this.#mine));
    this.#theirState = futex.addressOf(this.#words.subarray(this.#theirs));
    stream.onClosed = () => this.#releaseAll();
    stream.inbox.watch(() => this.#hear());
    this.#hear();
  }

  get isServed(): boolean {
    return this.#stream.isServed;
  }

  get hasUnsent(): boolean {
    return this.#overflow.length > 0 || this.#stream.hasUnsent;
  }

  /** @param isQuiet - the other side need not wake for it */
  send(payload: Uint8Array, isQuiet = false): Promise<void> | undefined {
    if (this.#isEnding || this.inbox.end !== undefined || this.#stream.inbox.end !== undefined)
      throw new ConnectionEndedError();
    if (this.#overflow.length > 0 || !this.#push(payload)) {
      usePayload(payload);
      this.#overflow.push(payload);
      return this.#untilRoom();
    }
    if (isQuiet) return undefined;
    if (this.#isCorked) this.#hasNews = true;
    else this.#tell();
    return undefined;
  }

  /** Between the two, messages wake the other side once. */
  cork(): void {
    this.#isCorked = true;
  }

  uncork(): void {
    this.#isCorked = false;
    if (!this.#hasNews) return;
    this.#hasNews = false;
    this.#tell();
  }

  /** Reads what is there, quiet messages too. */
  poll(): void {
    if (!this.#in.isEmpty || this.#overflow.length > 0) this.#readAll();
  }

  look(now: number): boolean {
    // Its memory may be another link's by now.
    if (this.inbox.end !== undefined) this.#isLooking = false;
    else if (!this.#in.isEmpty || this.#overflow.length > 0) this.#readAll();
    else if (now - this.#lastMessage > LOOK_MS) {
      this.#isLooking = false;
      // Looks once more after it has said that it sleeps.
      this.#readAll();
    } else this.#futex.yield();
    return this.#isLooking;
  }

  claim(ordinal: number): boolean {
    const before = ordinal - 1;
    return Atomics.compareExchange(this.#words, this.#mine + CLAIMED, before, ordinal) === before;
  }

  revoke(ordinal: number): number | undefined {
    const index = this.#theirs + CLAIMED;
    const claimed = Atomics.load(this.#words, index);
    return Atomics.compareExchange(this.#words, index, claimed, ordinal) === claimed ? claimed : undefined;
  }

  confirm(ordinal: number): boolean {
    // Not past messages that may be lost with this process.
    if (this.#overflow.length > 0) return false;
    Atomics.store(this.#words, this.#mine + CONFIRMED, ordinal);
    return true;
  }

  confirmed(): number {
    return Atomics.load(this.#words, this.#theirs + CONFIRMED);
  }

  /** Blocks this thread until there is a message, or for so many milliseconds. */
  sleep(milliseconds: number): void {
    Atomics.store(this.#words, this.#mine + STATE, ON_WORD);
    if (this.#in.isEmpty) this.#futex.wait(this.#myState, ON_WORD, milliseconds);
    this.#readAll();
  }

  /** The same for so short a while that sleeping would take longer; not at all where that is not to be expected. */
  spin(): void {
    if (!this.#isSoonExpected) return;
    Atomics.store(this.#words, this.#mine + STATE, AWAKE);
    const end = monotonicNow() + LOOK_MS;
    while (this.#in.isEmpty && monotonicNow() < end) this.#futex.yield();
    this.#readAll();
  }

  end(): void {
    this.endThen();
  }

  endThen(done?: () => void): void {
    this.#isEnding = true;
    const end = () => {
      this.inbox.close();
      this.#stream.endThen(done);
    };
    // The other side reads on until it hears of the end, and whoever has the memory until this side's inbox ends.
    if (this.#overflow.length === 0) end();
    else void this.#untilRoom().then(end);
  }

  destroy(): void {
    this.inbox.close();
    this.#releaseAll();
    this.#stream.destroy();
  }

  #push(payload: Uint8Array): boolean {
    // An empty payload stands for one that comes by the stream; nobody sends an empty one, or one that begins with OWN.
    if (payload.byteLength <= this.#out.longest) return this.#out.push(payload);
    if (payload.byteLength >= LARGE_BYTES) {
      const large = placed(payload);
      const lent = lendPayload(large);
      if (lent !== undefined) {
        const isSent = this.#out.push(largeMessage(lent));
        if (isSent) this.#unread.push(large);
        else releasePayload(large);
        return isSent;
      }
    }
    if (!this.#out.push(BY_STREAM)) return false;
    void this.#stream.send(payload);
    return true;
  }

  get #isSoonExpected(): boolean {
    return (this.#gap.milliseconds ?? 0) < 0.5;
  }

  /** There was something: an answer, or the next one, may come in a moment. */
  #stayAwake(): void {
    this.#lastMessage = monotonicNow();
    if (this.#isLooking || !this.#isSoonExpected) return;
    this.#isLooking = true;
    lookEveryTurn(this);
  }

  #tell(): void {
    this.#wake();
    this.#stayAwake();
  }

  #wake(): void {
    const index = this.#theirs + STATE;
    if (Atomics.load(this.#words, index) === AWAKE) return;
    const state = Atomics.exchange(this.#words, index, AWAKE);
    if (state === ON_WORD) this.#futex.wake(this.#theirState);
    else if (state === IN_LOOP) this.#ring();
  }

  #ring(): void {
    try {
      void this.#stream.send(BELL);
    } catch {
      // It has just died, and hears nothing any more.
    }
  }

  #hear(): void {
    const { inbox } = this.#stream;
    for (let payload = inbox.take(); payload !== undefined; payload = inbox.take()) {
      if (this.#isLastPlain?.(payload) === true) this.#isLastPlain = undefined;
      else if (this.#isLastPlain !== undefined) this.inbox.push(payload);
      else if (payload.byteLength > 0) this.#large.push(payload);
    }
    this.#readAll();
    if (inbox.end !== undefined) {
      this.inbox.close(inbox.end.error);
      // What this side has sent before its own end is still to be read.
      if (!this.#isEnding) this.#releaseAll();
      this.#room?.resolve();
    }
  }

  /** Until nothing is left, and then the other side has to wake this one. */
  #readAll(): void {
    if (this.#isLastPlain !== undefined) {
      this.#flushOverflow();
      return;
    }
    Atomics.store(this.#words, this.#mine + STATE, AWAKE);
    if (!this.#in.isEmpty) {
      if (this.#lastMessage > 0) this.#gap.add(monotonicNow() - this.#lastMessage);
      this.#stayAwake();
    }
    do {
      if (!this.#isLooking) Atomics.store(this.#words, this.#mine + STATE, AWAKE);
      this.#flushOverflow();
      while (this.#readOne());
      if (Atomics.load(this.#words, this.#theirs + WAITS_FOR_ROOM) === 1) this.#giveRoom();
      if (!this.#isLooking) Atomics.store(this.#words, this.#mine + STATE, IN_LOOP);
    } while (!this.#in.isEmpty && !this.#waitsForLarge);
  }

  #giveRoom(): void {
    Atomics.store(this.#words, this.#theirs + WAITS_FOR_ROOM, 0);
    this.#wake();
  }

  #readOne(): boolean {
    if (this.#waitsForLarge) {
      const large = this.#large.shift();
      if (large === undefined) return false;
      this.#waitsForLarge = false;
      this.inbox.push(large);
      return true;
    }
    const payload = this.#in.shift();
    if (payload === undefined) return false;
    if (payload.byteLength === 0) this.#waitsForLarge = true;
    else if (payload[0] === OWN) this.#readOwn(payload);
    else this.inbox.push(payload);
    return true;
  }

  #readOwn(message: Buffer): void {
    if (message[1] === LARGE_READ) {
      const read = this.#unread.shift();
      if (read !== undefined) releasePayload(read);
      return;
    }
    let payload: Buffer;
    try {
      payload = this.#reader.read(readLargeMessage(message));
    } catch (cause) {
      // Its sender has died in this moment, and the message with it.
      this.inbox.close(new MessageTornError({ cause }));
      return;
    }
    this.inbox.push(payload);
    if (!this.#isEnding && this.#stream.inbox.end === undefined) void this.send(LARGE_WAS_READ, true);
  }

  #releaseAll(): void {
    this.#reader.close();
    for (const payload of [...this.#unread.drain(), ...this.#overflow.splice(0)]) releasePayload(payload);
  }

  #flushOverflow(): void {
    // Nobody reads it any more.
    if (this.#stream.inbox.end !== undefined) return;
    while (this.#overflow.length > 0) {
      // Asked for before the last try: what is freed after it is told.
      Atomics.store(this.#words, this.#mine + WAITS_FOR_ROOM, 1);
      if (!this.#push(this.#overflow[0] as Uint8Array)) return;
      releasePayload(this.#overflow.shift() as Uint8Array);
      this.#wake();
    }
    if (this.#room === undefined) return;
    this.#room.resolve();
    this.#room = undefined;
  }

  #untilRoom(): Promise<void> {
    if (this.#room === undefined) {
      let resolve!: () => void;
      const promise = new Promise<void>((settle) => {
        resolve = settle;
      });
      // What has found no room yet is in this process alone: it must not end before.
      void promise.then(holdLoop());
      this.#room = { promise, resolve };
    }
    const { promise } = this.#room;
    this.#flushOverflow();
    return promise;
  }
}

/** The payload where the other side can read it, if that is to be had: with one more user, or as a copy. */
function placed(payload: Uint8Array): Uint8Array {
  if (lendPayload(payload) !== undefined) {
    usePayload(payload);
    return payload;
  }
  const copy = createPayload(0, payload);
  return lendPayload(copy) === undefined ? payload : copy;
}

/** Of a large payload, behind OWN and how it may be read: its bytes, those of its piece, the piece's number, its path. */
function largeMessage({ path, bytes, pieceBytes, serial, mayKeep }: LentPayload): Buffer {
  const message = Buffer.allocUnsafe(OWN_HEADER_BYTES + Buffer.byteLength(path));
  message[0] = OWN;
  message[1] = mayKeep ? LARGE_TO_KEEP : LARGE_TO_COPY;
  message.writeUInt32LE(bytes, 2);
  message.writeUInt32LE(pieceBytes, 6);
  message.writeUInt32LE(serial, 10);
  message.write(path, OWN_HEADER_BYTES);
  return message;
}

function readLargeMessage(message: Buffer): LentPayload {
  return {
    mayKeep: message[1] === LARGE_TO_KEEP,
    bytes: message.readUInt32LE(2),
    pieceBytes: message.readUInt32LE(6),
    serial: message.readUInt32LE(10),
    path: message.toString('utf8', OWN_HEADER_BYTES),
  };
}
