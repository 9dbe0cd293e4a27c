/**
 * Server-sent events with back pressure.
 *
 * A stream does not keep what its reader has not taken: it asks its source for the next event when there is room.
 * So a slow page costs the server nothing but its own socket's buffer.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { SAFETY_HEADERS } from './static-files.js';

/** An event, and the id by which a page that comes back says where it was. */
export interface Outgoing {
  readonly id?: number | undefined;
  readonly data: unknown;
}

/** How soon a page that lost its connection tries again, in milliseconds. */
const RETRY_MS = 1000;
/** A comment now and then, so that both sides notice when the other is gone. */
const HEARTBEAT_MS = 10_000;

export class EventStream {
  readonly #response: ServerResponse;
  readonly #next: () => Outgoing | 'later' | 'end';
  readonly #heartbeat: NodeJS.Timeout;
  #isFull = false;

  /** @param next - the next event; `later`: when wake() is called; `end`: there will be none */
  constructor(response: ServerResponse, next: () => Outgoing | 'later' | 'end') {
    this.#response = response;
    this.#next = next;
    response.writeHead(200, {
      ...SAFETY_HEADERS,
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
    });
    response.write(`retry: ${RETRY_MS}\n\n`);
    response.on('drain', () => {
      this.#isFull = false;
      this.wake();
    });
    this.#heartbeat = setInterval(() => {
      if (!this.#isFull) this.#write(':\n\n');
    }, HEARTBEAT_MS);
    response.on('close', () => clearInterval(this.#heartbeat));
    this.wake();
  }

  /** Says that there may be something new. */
  wake(): void {
    while (!this.#isFull && !this.#response.writableEnded && !this.#response.destroyed) {
      const event = this.#next();
      if (event === 'later') return;
      if (event === 'end') {
        this.#response.end();
        return;
      }
      const id = event.id === undefined ? '' : `id: ${event.id}\n`;
      this.#write(`${id}data: ${JSON.stringify(event.data)}\n\n`);
    }
  }

  #write(text: string): void {
    this.#isFull = !this.#response.write(text);
  }
}

/** Where a page that comes back was; 0 for one that is new. */
export function lastEventId({ headers }: IncomingMessage): number {
  const id = Number(headers['last-event-id']);
  return Number.isSafeInteger(id) && id > 0 ? id : 0;
}
