/**
 * What is to be written to a socket: by libuv as its loop turns, by hand while the loop stands still.
 *
 * libuv writes at once what the socket takes, and the rest when there is room again, which it sees in its loop only. At
 * most one batch is with it, so that the rest can be had back from it (`writeQueueSize`): only closing a handle makes libuv
 * drop what it has, so the connection goes on under another descriptor, in a socket of its own.
 */
import { writeSync } from 'node:fs';
import type { Server, Socket } from 'node:net';
import { duplicateDescriptor, shutdownOutput } from '../os/descriptors.js';
import { POLLOUT } from '../os/poll.js';
import { addSource, isBlocked, type Source } from './blocking-turn.js';

/** What Node keeps inside a socket. */
type WithHandle = (Socket | Server) & {
  readonly _handle?: { readonly fd?: number; readonly writeQueueSize?: number } | null;
};

/** Below 0 where there is none. */
export function descriptorOf(socket: Socket | Server): number {
  return (socket as WithHandle)._handle?.fd ?? -1;
}

export interface Piece {
  /** Of a piece that is under way: what is left of it. */
  bytes: Uint8Array;
  /** It has left, or never will: its memory is not needed any more. */
  readonly onGone?: () => void;
}

/** Beyond this many bytes the sender has to wait. */
const FULL_BYTES = 64 * 1024;

export interface SocketOwner {
  /** Listens to a socket: the first one, and each that takes its place. */
  adopt(socket: Socket): void;
  /** Writing has failed; Node has not closed the socket yet. */
  onWriteFailed?(): void;
}

export class SocketOutput implements Source {
  #socket: Socket;
  readonly #owner: SocketOwner;
  /** With libuv, as far as we know. */
  #given: Piece[] = [];
  #waiting: Piece[] = [];
  #bytes = 0;
  #isCorked = false;
  #isEnding = false;
  #isShutDown = false;
  #hasFailed = false;
  #room: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined;
  #onEnded: (() => void)[] = [];
  readonly #leave: () => void;

  constructor(socket: Socket, owner: SocketOwner) {
    this.#socket = socket;
    this.#owner = owner;
    this.#leave = addSource(this);
    this.#adopt(socket);
  }

  get socket(): Socket {
    return this.#socket;
  }

  get isWritable(): boolean {
    return this.#socket.writable && !this.#isEnding && !this.#hasFailed;
  }

  get hasUnsent(): boolean {
    return this.#given.length > 0 || this.#waiting.length > 0;
  }

  /** The pieces go out together. */
  write(...pieces: Piece[]): void {
    for (const piece of pieces) {
      this.#waiting.push(piece);
      this.#bytes += piece.bytes.byteLength;
    }
    if (!this.#isCorked) this.#flush();
  }

  /** Undefined while there is room for more, else a promise for that; it also resolves at the end. */
  room(): Promise<void> | undefined {
    if (this.#bytes < FULL_BYTES || this.#hasFailed) return undefined;
    if (this.#room === undefined) {
      let resolve!: () => void;
      const promise = new Promise<void>((settle) => {
        resolve = settle;
      });
      this.#room = { promise, resolve };
    }
    return this.#room.promise;
  }

  /** What is written between the two goes out together. */
  cork(): void {
    this.#isCorked = true;
  }

  uncork(): void {
    this.#isCorked = false;
    this.#flush();
  }

  /** Nothing more follows. Calls back when what was written has left, or nobody is there to take it. */
  end(onEnded?: () => void): void {
    this.#isCorked = false;
    this.#isEnding = true;
    if (onEnded !== undefined) this.#onEnded.push(onEnded);
    this.#flush();
    if (this.#socket.closed || this.#socket.writableFinished) this.#tellEnded(this.#socket);
  }

  get fd(): number {
    return descriptorOf(this.#socket);
  }

  get events(): number {
    return this.#waiting.length > 0 ? POLLOUT : 0;
  }

  onReady(): void {
    this.#writeNow();
  }

  onBlocked(): void {
    if (this.#given.length > 0) this.#takeBack();
    if (this.#waiting.length > 0 && !this.#isCorked) this.#writeNow();
    if (!this.#isEnding || this.#isShutDown || this.hasUnsent || this.fd < 0) return;
    // Node would say so in its loop, and will once more.
    this.#isShutDown = true;
    shutdownOutput(this.fd);
  }

  onUnblocked(): void {
    if (!this.#isCorked) this.#flush();
  }

  #adopt(socket: Socket): void {
    socket.once('finish', () => this.#tellEnded(socket));
    socket.once('close', () => {
      if (socket !== this.#socket) return;
      this.#leave();
      this.#drop();
      this.#tellEnded(socket);
    });
    this.#owner.adopt(socket);
  }

  #tellEnded(socket: Socket): void {
    if (socket !== this.#socket) return;
    for (const tell of this.#onEnded.splice(0)) tell();
  }

  #flush(): void {
    if (this.#given.length === 0 && this.#waiting.length > 0) {
      if (isBlocked() && this.fd >= 0 && !this.#socket.connecting) this.#writeNow();
      else this.#give();
    }
    if (this.#isEnding && !this.hasUnsent && !this.#socket.writableEnded) this.#socket.end();
  }

  /** Hands all that waits to libuv. */
  #give(): void {
    const batch = this.#waiting;
    const socket = this.#socket;
    this.#given = batch;
    this.#waiting = [];
    const onWritten = (error?: Error | null) => {
      if (socket !== this.#socket) return;
      if (error) {
        this.#owner.onWriteFailed?.();
        this.#drop();
      } else if (this.#given === batch) {
        this.#settleGiven();
        this.#flush();
      }
    };
    if (batch.length > 1) socket.cork();
    batch.forEach(({ bytes }, index) =>
      index < batch.length - 1 ? socket.write(bytes) : socket.write(bytes, onWritten),
    );
    if (batch.length > 1) socket.uncork();
    // Most often the socket has taken it at once.
    if (socket.writableLength === 0 && this.#given === batch) this.#settleGiven();
  }

  #settleGiven(): void {
    const batch = this.#given;
    this.#given = [];
    for (const piece of batch) this.#gone(piece);
  }

  #gone({ bytes, onGone }: Piece): void {
    this.#bytes -= bytes.byteLength;
    onGone?.();
    if (this.#room === undefined || this.#bytes >= FULL_BYTES) return;
    this.#room.resolve();
    this.#room = undefined;
  }

  #takeBack(): void {
    const socket = this.#socket;
    const { fd } = this;
    if (fd < 0) return;
    const total = this.#given.reduce((sum, { bytes }) => sum + bytes.byteLength, 0);
    // net.connect() has connected before it returns: only Node does not know yet.
    const left = socket.connecting ? total : ((socket as WithHandle)._handle?.writeQueueSize ?? 0);
    let written = total - left;
    // Before anything is changed: there may be no descriptor left.
    const duplicate = left === 0 ? -1 : duplicateDescriptor(fd);
    const batch = this.#given;
    this.#given = [];
    while (batch[0] !== undefined && written >= batch[0].bytes.byteLength) {
      written -= batch[0].bytes.byteLength;
      this.#gone(batch.shift() as Piece);
    }
    const [first] = batch;
    if (first === undefined) return;
    this.#bytes -= written;
    first.bytes = first.bytes.subarray(written);
    this.#waiting = [...batch, ...this.#waiting];
    const { Socket } = process.getBuiltinModule('node:net');
    const { readable } = socket;
    this.#socket = new Socket({ fd: duplicate, readable, writable: true });
    // What Node has read and not passed on.
    while (socket.readableLength > 0) socket.read();
    socket.destroy();
    this.#adopt(this.#socket);
  }

  #writeNow(): void {
    try {
      while (this.#waiting[0] !== undefined) {
        const piece = this.#waiting[0];
        const written = writeSync(this.fd, piece.bytes);
        if (written === piece.bytes.byteLength) this.#gone(this.#waiting.shift() as Piece);
        else {
          this.#bytes -= written;
          piece.bytes = piece.bytes.subarray(written);
        }
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return;
      // The other side is gone: what it had sent before can still be read, and its end comes after that.
      this.#drop();
    }
  }

  #drop(): void {
    this.#hasFailed = true;
    const dropped = [...this.#given, ...this.#waiting];
    this.#given = [];
    this.#waiting = [];
    for (const piece of dropped) this.#gone(piece);
    this.#room?.resolve();
    this.#room = undefined;
  }
}
