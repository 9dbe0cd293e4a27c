/**
 * How two processes that know a common word come to a stream of bytes between them.
 *
 * The one who makes an offer listens; the offer travels to the other process in a message that both trust, and
 * whoever holds it connects and is given a link. Each side proves itself by its own random word first, since on
 * Linux anyone may connect to (and, after our death, bind) an abstract socket. Abstract sockets leave no file
 * behind, whatever kills their process.
 *
 * The server listens only while an offer is open.
 */
import type { Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { acceptConnection } from '../os/descriptors.js';
import { POLLIN } from '../os/poll.js';
import { perProcess } from '../per-process.js';
import { addSource } from './blocking-turn.js';
import { holdLoop } from './keep-alive.js';
import { descriptorOf } from './socket-output.js';
import { StreamLink } from './stream-link.js';
import { setImmediate } from '../real-timers.js';

/** What the other process needs to know. */
export interface Offer {
  readonly path: string;
  readonly id: string;
  /** What the one who connects says, and what it wants to hear. */
  readonly ask: string;
  readonly answer: string;
}

export interface OfferOptions {
  /** An offer that many may take stays open until it is closed. */
  readonly once: boolean;
  readonly onLink: (link: StreamLink) => void;
  /** Nobody has taken it, and nobody will. */
  readonly onLost?: () => void;
}

/** An offer as its maker holds it. */
export interface OpenOffer {
  readonly offer: Offer;
  close(): void;
  /** Its receiver has ended: lets in who has connected before that, then closes it. */
  expire(): Promise<void>;
}

interface Entry extends OfferOptions {
  readonly ask: string;
  readonly answer: string;
}

interface Desk {
  readonly entries: Map<string, Entry>;
  /** Connected, but have not yet said for which offer. */
  readonly strangers: Set<Promise<void>>;
  server: { readonly listener: Server; readonly path: string } | undefined;
}

const deskOf = perProcess((): Desk => ({ entries: new Map(), strangers: new Set(), server: undefined }));

export function makeOffer(options: OfferOptions): OpenOffer {
  const desk = deskOf();
  const { entries } = desk;
  const { path } = (desk.server ??= listen());
  // The global one: node:crypto would cost every child that only takes an offer.
  const [id, ask, answer] = [crypto.randomUUID(), crypto.randomUUID(), crypto.randomUUID()];
  entries.set(id, { ...options, ask, answer });
  const close = () => {
    const wasOpen = entries.delete(id);
    closeIfUnused();
    return wasOpen;
  };
  return {
    offer: { path, id, ask, answer },
    close,
    async expire() {
      if (entries.has(id)) await pendingArrivals();
      if (close()) options.onLost?.();
    },
  };
}

/** Connects to the maker of an offer. Sending can begin at once; when the maker is gone, the link ends. */
export function takeOffer({ path, id, ask, answer }: Offer): StreamLink {
  const socket = process.getBuiltinModule('node:net').connect({ path });
  const link = new StreamLink(socket, answer);
  // What is sent before the two are connected is in this process alone: it must not end before.
  const releaseLoop = holdLoop();
  const release = () => {
    socket.off('connect', release).off('close', release);
    setImmediate(releaseLoop);
  };
  socket.on('connect', release).on('close', release);
  void link.send(Buffer.from(JSON.stringify({ id, ask })));
  return link;
}

function listen() {
  const path = uniquePath();
  const { createServer, Socket } = process.getBuiltinModule('node:net');
  const listener = createServer(receive);
  const leave = addSource({
    get fd() {
      return descriptorOf(listener);
    },
    events: POLLIN,
    onReady() {
      for (let fd = acceptConnection(this.fd); fd !== undefined; fd = acceptConnection(this.fd)) {
        receive(new Socket({ fd, readable: true, writable: true }));
      }
    },
  });
  listener.on('close', leave);
  listener.on('error', (error) => {
    process.emitWarning(`core-process can't be reached by other processes: ${error.message}`);
    // Nobody can reach us: whoever waits for an offer to be taken has to hear it.
    const { entries } = deskOf();
    const lost = [...entries.values()];
    entries.clear();
    closeIfUnused();
    for (const entry of lost) entry.onLost?.();
  });
  // Not shared among the workers of a cluster.
  listener.listen({ path, exclusive: true }).unref();
  return { listener, path };
}

/** Someone who has connected, and has yet to say for which offer. */
function receive(socket: Socket): void {
  const link = new StreamLink(socket);
  link.isServed = true;
  const identified = new Promise<void>((resolve) => {
    link.inbox.next((hello) => {
      resolve();
      link.isServed = false;
      if (hello === undefined || !letIn(link, hello)) link.destroy();
    });
  });
  const { strangers } = deskOf();
  strangers.add(identified);
  void identified.then(() => strangers.delete(identified));
}

function letIn(link: StreamLink, hello: Buffer): boolean {
  let said: { id?: unknown; ask?: unknown };
  try {
    said = JSON.parse(hello.toString()) as typeof said;
  } catch {
    // A stranger that speaks something else.
    return false;
  }
  const { entries } = deskOf();
  const entry = entries.get(String(said.id));
  if (entry === undefined || entry.ask !== said.ask) return false;
  if (entry.once) entries.delete(String(said.id));
  void link.send(Buffer.from(entry.answer));
  entry.onLink(link);
  closeIfUnused();
  return true;
}

/** Resolves when everyone who has connected until now was let in or sent away. */
function pendingArrivals(): Promise<void> {
  return new Promise((resolve) => {
    // Connections are accepted in their order: once our own is, all earlier ones are.
    const barrier = makeOffer({
      once: true,
      onLink: (link) => {
        link.end();
        void Promise.all(deskOf().strangers).then(() => resolve());
      },
    });
    const link = takeOffer(barrier.offer);
    link.inbox.next(() => link.end());
  });
}

function closeIfUnused(): void {
  const desk = deskOf();
  if (desk.entries.size > 0) return;
  desk.server?.listener.close();
  desk.server = undefined;
}

function uniquePath(): string {
  const name = `core-process-${process.pid}-${crypto.randomUUID()}`;
  if (process.platform === 'linux') return `\0${name}`;
  return process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : join(tmpdir(), `${name.slice(0, 40)}.sock`);
}
