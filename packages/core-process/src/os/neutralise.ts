/**
 * In a copy of a process that was busy: nothing that the original has under way goes on in the copy too.
 *
 * | of the original                     | in the copy                                                       |
 * | ----------------------------------- | ----------------------------------------------------------------- |
 * | timers, immediates                  | cleared                                                           |
 * | ticks, promises, their rejections   | nobody is called                                                  |
 * | sockets, servers, pipes to children | another, silent socket under the same descriptor                 |
 * | standard input, pipes, terminals    | not read; `process.stdin` is opened anew when it is asked for     |
 * | what is about to be closed          | stays as it is: nothing tells of its end                          |
 * | children                            | `kill()` does nothing; they are not waited for                    |
 * | file watchers                       | see nothing                                                       |
 * | answers of dns, connections of http | the original's alone                                              |
 * | domains, `process.send()`           | left                                                              |
 * | messages that wait in a port        | dropped; the port can be used on, between parts of the copy        |
 * | listeners on `process`              | removed                                                           |
 * | work in the thread pool             | forgotten: it never comes back                                    |
 * | output that waits to be written     | dropped: the original writes it                                   |
 * | files                               | stay open, with the position shared, as fork(2) has it            |
 *
 * Closing would not do: it removes the file of a server on a path, and says goodbye on a shared connection.
 */
import { createReadStream, fstatSync, readdirSync, readlinkSync, writeSync } from 'node:fs';
import type { Readable } from 'node:stream';
import type { MessagePort as Port } from 'node:worker_threads';
import { DescriptorOutput } from './descriptor-output.js';
import { closeDescriptors, moveDescriptor, socketPair } from './descriptors.js';
import { forgetRequests, withAllRef } from './event-loop.js';
import { forgetPendingCallbacks } from './pending-callbacks.js';

/** Listeners of Node itself, without which `process` no longer works: signals are watched by the first two. */
const NODES_OWN_EVENTS = new Set<string | symbol>(['newListener', 'removeListener', 'warning']);

interface Handle {
  readonly constructor: { readonly name: string };
  readonly fd?: number;
  readonly encrypted?: boolean;
  unref?(): void;
  _handle?: unknown;
  emit?(event: string): void;
  listenerCount?(event: string): number;
}

/** @param keep - descriptors that are the copy's own */
export function neutralise(keep: readonly number[]): void {
  forgetPendingCallbacks();
  silenceSockets(keep);
  forgetRequests();

  const node = process as unknown as { _getActiveHandles(): Handle[] };
  const handles = withAllRef(() => node._getActiveHandles());
  for (const handle of handles) {
    handle.unref?.();
    if (handle.constructor.name === 'ChildProcess') handle._handle = null;
    if (handle instanceof MessagePort) dropMessages(handle);
  }
  for (const event of process.eventNames()) {
    if (!NODES_OWN_EVENTS.has(event)) process.removeAllListeners(event);
  }
  leaveAgents(handles);
  leaveDomains();
  // The copy is nobody's child by Node's own channel.
  if (process.channel !== undefined) {
    Object.assign(process, { channel: undefined, connected: false, send: undefined, disconnect: undefined });
  }
  dropPendingOutput();
  // Unless the program has put something else there.
  if (Object.getOwnPropertyDescriptor(process, 'stdin')?.get !== undefined) renewInput();
}

/** Gives each socket's descriptor a socket on which nothing arrives and nothing can be written, ever; but not the standard streams. */
export function silenceSockets(keep: readonly number[]): void {
  // The other end stays open, or this one would read as ended.
  const [silent, other] = socketPair({ blocks: false });
  fill(silent);
  const kept = new Set([0, 1, 2, silent, other, ...keep]);
  for (const name of readdirSync('/proc/self/fd')) {
    const fd = Number(name);
    if (!kept.has(fd) && isSocket(fd)) moveDescriptor(silent, fd, false);
  }
  closeDescriptors([silent]);
}

/** A full socket is never ready for more: what waits to be written or connected waits for good. */
function fill(socket: number): void {
  const chunk = Buffer.alloc(65_536);
  try {
    for (;;) writeSync(socket, chunk);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
  }
}

function isSocket(fd: number): boolean {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`).startsWith('socket:');
  } catch (error) {
    // The descriptor of the listing itself.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/** A copy's requests would be given the original's connections. */
function leaveAgents(handles: readonly Handle[]): void {
  const pooled = handles.filter((handle) => (handle.listenerCount?.('agentRemove') ?? 0) > 0);
  if (pooled.length === 0) return;
  // Not to be loaded for this: it would load TLS.
  const names = ['node:http', ...(pooled.some(({ encrypted }) => encrypted) ? ['node:https'] : [])];
  for (const name of names) {
    const { globalAgent } = process.getBuiltinModule(name) as { globalAgent: object };
    // What waits for a free connection is the original's.
    Object.assign(globalAgent, { requests: Object.create(null) });
  }
  for (const socket of pooled) {
    // Of those that are free an agent lets go only then.
    Object.defineProperty(socket, 'writable', { value: false });
    socket.emit?.('agentRemove');
  }
}

/** What goes wrong in a copy is not for the listeners of its original. */
function leaveDomains(): void {
  // Null before the module is loaded, which defines it anew.
  if (Object.getOwnPropertyDescriptor(process, 'domain')?.get === undefined) return;
  const { _stack: entered } = process.getBuiltinModule('node:domain') as unknown as { _stack: object[] };
  entered.length = 0;
  Object.assign(process, { domain: null });
}

function dropMessages(port: Port): void {
  const { receiveMessageOnPort } = process.getBuiltinModule('node:worker_threads');
  for (;;) {
    try {
      if (receiveMessageOnPort(port) === undefined) return;
    } catch {
      // It can't be read, which is the original's to find out.
    }
  }
}

function dropPendingOutput(): void {
  for (const name of ['stdout', 'stderr'] as const) {
    const stream = process[name] as NodeJS.WriteStream & { _handle?: { close(): void } };
    if (stream.writableLength === 0 || stream._handle === undefined) continue;
    stream.on('error', () => undefined);
    // Of descriptors 1 and 2 libuv closes its handle only.
    stream._handle.close();
    Object.defineProperty(process, name, {
      value: new DescriptorOutput(name === 'stdout' ? 1 : 2),
      configurable: true,
      enumerable: true,
    });
    Object.assign(console, { [`_${name}`]: undefined });
  }
}

/** The original's standard input would call the original's listeners. */
function renewInput(): void {
  let input: Readable | undefined;
  Object.defineProperty(process, 'stdin', {
    get: () => (input ??= openInput()),
    configurable: true,
    enumerable: true,
  });
}

/** @see getStdin in Node's lib/internal/bootstrap/switches/is_main_thread.js */
function openInput(): Readable {
  const { ReadStream, isatty } = process.getBuiltinModule('node:tty');
  if (isatty(0)) return new ReadStream(0);
  const status = fstatSync(0);
  if (!status.isFIFO() && !status.isSocket()) return createReadStream('', { fd: 0, autoClose: false });
  const { Socket } = process.getBuiltinModule('node:net');
  // Reads when it is asked for something, and not before: a copy takes no input that it does not want.
  const options = { fd: 0, readable: true, writable: false, manualStart: true };
  return new Socket(options);
}
