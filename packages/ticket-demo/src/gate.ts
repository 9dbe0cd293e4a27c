/**
 * The gate, on the side of the sale: buyers come to it by a socket, wait, and are let go together.
 *
 * An event and not a sleep: whoever is at the gate when it opens is told at once, whoever comes later finds it
 * open. A buyer that dies is seen by the end of its process; the gate keeps no count of its own.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { SaleFailedError } from './errors.js';
import { type BuyerMessage, GO, LineReader } from './gate-protocol.js';

/** sun_path holds 108 bytes with its end, on some systems 104. */
const LONGEST_SOCKET_PATH = 100;

/** Where the gate of a sale is: in its own folder, which is closed to other users. */
export function gateAddress(folder: string): string {
  if (process.platform === 'win32') return `\\\\.\\pipe\\ticket-demo-${randomUUID()}`;
  return join(folder, 'gate');
}

export class Gate {
  readonly #server: Server;
  readonly #waiting = new Set<Socket>();
  readonly #closed = new Map<number, Promise<void>>();
  readonly #sockets = new Set<Socket>();
  #isOpen = false;

  private constructor(server: Server) {
    this.#server = server;
  }

  /**
   * @param onMessage - told the buyer's index and what it said
   * @throws SaleFailedError `ERR_TICKET_SALE_FAILED` when there can be no socket at that address
   */
  static async at(address: string, onMessage: (index: number, message: BuyerMessage) => void): Promise<Gate> {
    const server = createServer();
    const gate = new Gate(server);
    server.on('connection', (socket) => gate.#onConnection(socket, onMessage));
    if (Buffer.byteLength(address) > LONGEST_SOCKET_PATH) {
      throw new SaleFailedError(
        `The temporary folder's path is too long for a socket: ${address}. Set TMPDIR to a shorter one.`,
        undefined,
      );
    }
    await new Promise<void>((resolve, reject) => {
      server.once('error', (cause) => {
        reject(new SaleFailedError(`Buyers can't be let in: ${cause.message}. Check TMPDIR.`, cause));
      });
      server.listen(address, resolve);
    });
    return gate;
  }

  #onConnection(socket: Socket, onMessage: (index: number, message: BuyerMessage) => void): void {
    const lines = new LineReader();
    let index: number | undefined;
    const closed = new Promise<void>((resolve) => {
      socket.once('close', () => {
        this.#waiting.delete(socket);
        this.#sockets.delete(socket);
        resolve();
      });
    });
    this.#sockets.add(socket);
    // ECONNRESET, EPIPE: the buyer is gone, «close» follows, and its process tells the story.
    socket.on('error', () => undefined);
    socket.setEncoding('utf8').on('data', (piece: string) => {
      for (const line of lines.push(piece)) {
        const message = JSON.parse(line) as BuyerMessage;
        if (message.kind === 'hello') {
          index = message.index;
          this.#closed.set(index, closed);
          if (this.#isOpen) socket.write(`${GO}\n`);
          else this.#waiting.add(socket);
        }
        if (index !== undefined) onMessage(index, message);
      }
    });
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Lets go everyone who waits, and whoever comes. */
  open(): void {
    this.#isOpen = true;
    for (const socket of this.#waiting) socket.write(`${GO}\n`);
    this.#waiting.clear();
  }

  /** Resolves when all that a buyer said has been read: its last word may come after the news of its death. */
  async heardOut(index: number): Promise<void> {
    await this.#closed.get(index);
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }
}
