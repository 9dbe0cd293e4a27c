/**
 * A link over a stream of bytes: a Unix socket, or a named pipe on Windows.
 *
 * When it is cut off inside a frame the inbox ends with MessageTornError, never with half a message.
 */
import { readSync } from 'node:fs';
import type { Socket } from 'node:net';
import { ConnectionEndedError, MessageTornError } from '../errors.js';
import { releasePayload, usePayload } from '../os/large-memory.js';
import { FrameReader, frame, frameHeader } from './frame.js';
import { Inbox } from './inbox.js';
import type { BatchLink } from './link.js';

/** Larger payloads are not copied to stand behind their header. */
const COPY_BYTES = 16 * 1024;
const REST_BYTES = 64 * 1024;

export class StreamLink implements BatchLink {
  readonly inbox = new Inbox();
  readonly isRemote = true;
  readonly #socket: Socket;
  readonly #frames = new FrameReader();
  #cause: Error | undefined;
  #room: Promise<void> | undefined;

  #expected: string | undefined;

  /** @param expected - the first payload that comes has to be this one; it is not passed on */
  constructor(socket: Socket, expected?: string) {
    this.#socket = socket;
    this.#expected = expected;
    socket.unref();
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('error', (error) => {
      this.#cause = error;
    });
    socket.on('end', () => this.#closeInbox());
    socket.on('close', () => this.#closeInbox());
  }

  /** Nothing is quiet here: what is written wakes its reader. */
  send(payload: Uint8Array, _isQuiet = false): Promise<void> | undefined {
    const socket = this.#socket;
    if (!socket.writable) {
      throw new ConnectionEndedError(this.#cause === undefined ? {} : { cause: this.#cause });
    }
    let hasRoom: boolean;
    if (payload.byteLength < COPY_BYTES) hasRoom = socket.write(frame(payload), this.#onWritten);
    else {
      socket.cork();
      socket.write(frameHeader(payload.byteLength), this.#onWritten);
      usePayload(payload);
      hasRoom = socket.write(payload, () => releasePayload(payload));
      socket.uncork();
    }
    return hasRoom ? undefined : (this.#room ??= this.#untilRoom());
  }

  /** Several payloads sent between the two go out together. */
  cork(): void {
    this.#socket.cork();
  }

  uncork(): void {
    this.#socket.uncork();
  }

  end(): void {
    this.inbox.close();
    this.#socket.end();
    // The end of the other side is seen only while reading.
    this.#socket.resume();
  }

  endThen(done: () => void): void {
    let isDone = false;
    const once = () => {
      if (!isDone) done();
      isDone = true;
    };
    this.#socket.once('finish', once).once('close', once);
    this.end();
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
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    const socket = this.#socket;
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
      this.inbox.onRoom(() => socket.resume());
    }
  }

  /**
   * A write that fails makes Node close the socket, whatever the other side had still sent before its end. That would be
   * lost: it is read here, before.
   */
  readonly #onWritten = (error?: Error | null): void => {
    const fd = (this.#socket as Socket & { _handle?: { fd?: number } | null })._handle?.fd ?? -1;
    if (!error || fd < 0 || this.inbox.end !== undefined) return;
    try {
      for (;;) {
        const chunk = Buffer.allocUnsafe(REST_BYTES);
        const bytes = readSync(fd, chunk);
        if (bytes === 0) return;
        this.#read(chunk.subarray(0, bytes));
      }
    } catch {
      // Nothing more is there, or the other side has cut it off.
    }
  };

  #untilRoom(): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        this.#socket.off('drain', done).off('close', done);
        this.#room = undefined;
        resolve();
      };
      this.#socket.on('drain', done).on('close', done);
    });
  }

  #closeInbox(): void {
    this.inbox.close(
      this.#frames.isAtBoundary
        ? undefined
        : new MessageTornError(this.#cause === undefined ? {} : { cause: this.#cause }),
    );
  }
}
