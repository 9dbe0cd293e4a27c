/**
 * A link over a stream of bytes: a Unix socket, or a named pipe on Windows.
 *
 * When it is cut off inside a frame the inbox ends with MessageTornError, never with half a message.
 */
import { readSync } from 'node:fs';
import type { Socket } from 'node:net';
import { ConnectionEndedError, MessageTornError } from '../errors.js';
import { releasePayload, usePayload } from '../os/large-memory.js';
import { POLLIN } from '../os/poll.js';
import { addSource, type Source } from './blocking-turn.js';
import { FrameReader, frame, frameHeader } from './frame.js';
import { Inbox } from './inbox.js';
import type { BatchLink } from './link.js';
import { SocketOutput } from './socket-output.js';

/** Larger payloads are not copied to stand behind their header. */
const COPY_BYTES = 16 * 1024;
const READ_BYTES = 64 * 1024;

export class StreamLink implements BatchLink, Source {
  readonly inbox = new Inbox();
  readonly isRemote = true;
  /** Read while the thread is blocked, too: see blocking-turn.ts. */
  isServed = false;
  /** The connection is gone, on either side. */
  onClosed: (() => void) | undefined;
  readonly #output: SocketOutput;
  readonly #frames = new FrameReader();
  #cause: Error | undefined;
  #expected: string | undefined;

  /** @param expected - the first payload that comes has to be this one; it is not passed on */
  constructor(socket: Socket, expected?: string) {
    this.#expected = expected;
    const leave = addSource(this);
    this.#output = new SocketOutput(socket, {
      adopt: (adopted) => this.#adopt(adopted, leave),
      // Node closes the socket now, whatever the other side had still sent before its end: it is read here, before.
      onWriteFailed: () => this.#readNow(),
    });
  }

  #adopt(socket: Socket, leave: () => void): void {
    socket.unref();
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('error', (error) => {
      this.#cause = error;
    });
    const whileInUse = (listener: () => void) => () => {
      if (socket === this.#output.socket) listener();
    };
    socket.on(
      'end',
      whileInUse(() => this.#closeInbox()),
    );
    socket.on(
      'close',
      whileInUse(() => {
        leave();
        this.#closeInbox();
        this.onClosed?.();
      }),
    );
  }

  get hasUnsent(): boolean {
    return this.#output.hasUnsent;
  }

  /** Nothing is quiet here: what is written wakes its reader. */
  send(payload: Uint8Array, _isQuiet = false): Promise<void> | undefined {
    const output = this.#output;
    if (!output.isWritable) {
      throw new ConnectionEndedError(this.#cause === undefined ? {} : { cause: this.#cause });
    }
    if (payload.byteLength < COPY_BYTES) output.write({ bytes: frame(payload) });
    else {
      usePayload(payload);
      output.write(
        { bytes: frameHeader(payload.byteLength) },
        { bytes: payload, onGone: () => releasePayload(payload) },
      );
    }
    return output.room();
  }

  /** Several payloads sent between the two go out together. */
  cork(): void {
    this.#output.cork();
  }

  uncork(): void {
    this.#output.uncork();
  }

  end(): void {
    this.endThen();
  }

  endThen(done?: () => void): void {
    this.inbox.close();
    this.#output.end(done);
    // The end of the other side is seen only while reading.
    this.#output.socket.resume();
  }

  /** What has come is read by events. */
  poll(): void {}

  /** What was sent over a stream can't be taken back. */
  claim(): boolean {
    return true;
  }

  revoke(): undefined {
    return undefined;
  }

  confirm(): boolean {
    return false;
  }

  confirmed(): undefined {
    return undefined;
  }

  destroy(): void {
    this.inbox.close();
    this.#output.socket.destroy();
  }

  get fd(): number {
    return this.#output.fd;
  }

  get events(): number {
    return this.isServed && this.inbox.end === undefined ? POLLIN : 0;
  }

  onReady(): void {
    this.#readNow();
  }

  #read(chunk: Buffer): void {
    const { socket } = this.#output;
    for (const payload of this.#frames.push(chunk)) {
      if (this.#expected === undefined) this.inbox.push(payload);
      else if (payload.toString() === this.#expected) this.#expected = undefined;
      else {
        socket.destroy(new Error('Another program than the expected one answered.'));
        return;
      }
    }
    if (this.inbox.isFull) {
      socket.pause();
      this.inbox.onRoom(() => this.#output.socket.resume());
    }
  }

  /** Reads what is there, without the event loop. */
  #readNow(): void {
    if (this.fd < 0 || this.inbox.end !== undefined) return;
    const { socket } = this.#output;
    while (socket.readableLength > 0) socket.read();
    try {
      while (this.fd >= 0) {
        const chunk = Buffer.allocUnsafe(READ_BYTES);
        const bytes = readSync(this.fd, chunk);
        if (bytes === 0) break;
        this.#read(chunk.subarray(0, bytes));
        if (bytes < READ_BYTES) return;
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return;
      this.#cause ??= error as Error;
    }
    this.#closeInbox();
  }

  #closeInbox(): void {
    this.inbox.close(
      this.#frames.isAtBoundary
        ? undefined
        : new MessageTornError(this.#cause === undefined ? {} : { cause: this.#cause }),
    );
  }
}
