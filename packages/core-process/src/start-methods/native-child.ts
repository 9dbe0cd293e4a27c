/**
 * A child that libuv did not start and does not know: its streams, and its end.
 *
 * Its end is looked for when its report stream ends, which the kernel closes with the process.
 */
import { atStep } from '../at-step.js';
import type { Socket } from 'node:net';
import { frame } from '../messaging/frame.js';
import { SocketOutput } from '../messaging/socket-output.js';
import { reapChild, waitForChild } from '../os/wait-child.js';
import { signalName } from '../exit-record.js';
import type { OurEnds } from './child-ends.js';
import type { ChildEvents, ChildStream, RunningChild } from './start-method.js';
import { setTimeout, monotonicNow } from '../real-timers.js';

/** The kernel closes a process' files some microseconds before it can be waited for. */
const BLOCK_FOR_END_MS = 2;
const LONGEST_PAUSE_MS = 100;

/** Calls back with the status of a child of ours once it is reaped. Begin when it is about to end. */
export function reapWhenEnded(
  pid: number,
  onEnd: (exitCode: number | null, signal: NodeJS.Signals | null) => void,
  keepAlive: () => boolean,
): void {
  let pause = 1;
  const look = () => {
    waitForChild(pid, monotonicNow() + BLOCK_FOR_END_MS);
    if (CORE_PROCESS_STEPS) atStep('owner: before the end');
    const status = reapChild(pid);
    if (status !== undefined) {
      onEnd(status.exitCode, status.signalNumber === null ? null : signalName(status.signalNumber));
      return;
    }
    const timer = setTimeout(look, pause);
    if (!keepAlive()) timer.unref();
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
  };
  look();
}

/** @param words - the rest of what it is told, where its start has not told all */
export function adoptChild(
  pid: number,
  ends: OurEnds,
  events: ChildEvents,
  words: Buffer = Buffer.alloc(0),
): RunningChild {
  const net = process.getBuiltinModule('node:net');
  const readables = new Map<ChildStream, Socket>();
  const read = (name: ChildStream, fd: number | undefined) => {
    if (fd === undefined) return;
    const stream = new net.Socket({ fd, readable: true, writable: false });
    readables.set(name, stream);
    stream.on('data', (chunk: Buffer) => events.onData(name, chunk));
    // ECONNRESET: it died with something of ours unread. «close» follows.
    stream.on('error', () => undefined);
    stream.on('close', () => events.onStreamEnd(name));
  };
  let isReaped = false;
  let isHeld = true;
  read('report', ends.report);
  read('stdout', ends.stdout);
  read('stderr', ends.stderr);
  const control = new SocketOutput(new net.Socket({ fd: ends.control, readable: false, writable: true }), {
    adopt: (socket) => {
      // A child that dies before it has read all gives EPIPE here; its exit tells the story.
      socket.on('error', () => undefined);
      if (!isHeld) socket.unref();
    },
  });
  if (words.length > 0) control.write({ bytes: words });
  const parent = process.pid;
  readables.get('report')?.once('close', () => {
    // Told in a copy that was made while it closed: the child is not the copy's.
    if (process.pid !== parent) return;
    reapWhenEnded(
      pid,
      (exitCode, signal) => {
        isReaped = true;
        control.socket.destroy();
        events.onExit(exitCode, signal);
      },
      () => isHeld,
    );
  });

  const handles = () => [control.socket, ...readables.values()];
  return {
    pid,
    streams: [...readables.keys()],
    tell: (message) => {
      if (control.isWritable) control.write({ bytes: frame(message) });
    },
    signal: (signal) => {
      if (isReaped) return false;
      process.kill(pid, signal);
      return true;
    },
    ref: () => {
      isHeld = true;
      for (const handle of handles()) handle.ref();
    },
    unref: () => {
      isHeld = false;
      for (const handle of handles()) handle.unref();
    },
    descriptor: (name) => {
      const stream = readables.get(name);
      return stream === undefined || stream.destroyed ? undefined : ends[name];
    },
  };
}
