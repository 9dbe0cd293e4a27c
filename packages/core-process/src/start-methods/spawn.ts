/**
 * A fresh Node for each process, through execa: its own address space, the program loaded anew.
 *
 * Descriptor 3 of the child is what we tell it, 4 what it reports.
 */
import { closeSync, openSync } from 'node:fs';
import { createRequire } from 'node:module';
import { devNull } from 'node:os';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type * as Execa from 'execa';
import { childEntry, execaEntry } from '../entry-urls.js';
import { frame } from '../messaging/frame.js';
import { SocketOutput } from '../messaging/socket-output.js';
import { isOpen } from './standard-streams.js';
import { nothingStarted, notStarted } from './not-started.js';
import {
  type ChildEvents,
  type ChildStream,
  type RunningChild,
  type StartMethod,
  type StartRequest,
} from './start-method.js';

// At first use: a child that starts nothing does not pay for it.
const require = createRequire(import.meta.url);
let execaModule: typeof Execa | undefined;

export const spawn: StartMethod = { name: 'spawn', unavailable: () => undefined, start };

function start(request: StartRequest, events: ChildEvents): RunningChild {
  execaModule ??= require(fileURLToPath(execaEntry)) as typeof Execa;
  const lack = whyNoDescriptors();
  if (lack !== undefined) return notStarted(lack, events);
  const subprocess = execaModule.execa(
    request.execPath,
    [...request.execArgv, fileURLToPath(childEntry), request.name],
    {
      stdio: [
        request.stdio === 'pipe' ? 'ignore' : standardStream(0, request.stdio),
        standardStream(1, request.stdio),
        standardStream(2, request.stdio),
        'pipe',
        'pipe',
      ],
      ...(request.cwd === undefined ? {} : { cwd: request.cwd }),
      ...(request.env === undefined ? {} : { env: request.env }),
      // Life and death are this package's own business; execa starts.
      buffer: false,
      cleanup: false,
      forceKillAfterDelay: false,
      reject: false,
    },
  );
  let hasFailed = false;
  const failOnce = (error: Error) => {
    if (subprocess.pid !== undefined || hasFailed) return;
    hasFailed = true;
    events.onStartFailed(error);
  };
  subprocess.once('error', failOnce);
  // What the operating system refuses at once is told by the promise alone.
  void subprocess.then((ended) => {
    if ('cause' in ended && ended.cause instanceof Error) failOnce(ended.cause);
  });
  // Without descriptors for them there are no streams at all.
  const [, , , controlSocket, report] = (subprocess.stdio ?? []) as unknown as [
    unknown,
    unknown,
    unknown,
    Socket | undefined,
    Socket | undefined,
  ];
  if (subprocess.pid === undefined || controlSocket === undefined || report === undefined)
    return nothingStarted;

  const readables = new Map<ChildStream, Readable>([['report', report]]);
  if (subprocess.stdout !== null) readables.set('stdout', subprocess.stdout);
  if (subprocess.stderr !== null) readables.set('stderr', subprocess.stderr);

  let isHeld = true;
  const control = new SocketOutput(controlSocket, {
    adopt: (socket) => {
      // A child that dies before it has read all gives EPIPE here; its exit tells the story.
      socket.on('error', () => undefined);
      if (!isHeld) socket.unref();
    },
  });
  for (const [name, stream] of readables) {
    stream.on('data', (chunk: Buffer) => events.onData(name, chunk));
    stream.on('error', () => events.onStreamEnd(name));
    stream.on('close', () => events.onStreamEnd(name));
  }
  subprocess.once('exit', (exitCode, signal) => {
    control.socket.destroy();
    events.onExit(exitCode, signal);
  });
  control.write({ bytes: frame(request.boot) });

  const handles = () =>
    [subprocess, control.socket, ...readables.values()] as unknown as { ref?(): void; unref?(): void }[];
  return {
    pid: subprocess.pid,
    streams: [...readables.keys()],
    tell: (message) => {
      if (control.isWritable) control.write({ bytes: frame(message) });
    },
    signal: (signal) => subprocess.kill(signal),
    ref: () => {
      isHeld = true;
      for (const handle of handles()) handle.ref?.();
    },
    unref: () => {
      isHeld = false;
      for (const handle of handles()) handle.unref?.();
    },
    descriptor: (name) => {
      const stream = readables.get(name) as { _handle?: { fd?: number } | null } | undefined;
      const fd = stream?._handle?.fd;
      return fd !== undefined && fd >= 0 ? fd : undefined;
    },
  };
}

/** Four pipes of two ends each, and what libuv needs on the way. */
const DESCRIPTORS_OF_A_START = 12;

/** Tried beforehand: execa does not survive a start for which there are none. */
function whyNoDescriptors(): Error | undefined {
  const opened: number[] = [];
  try {
    while (opened.length < DESCRIPTORS_OF_A_START) opened.push(openSync(devNull, 'r'));
    return undefined;
  } catch (error) {
    return error as Error;
  } finally {
    for (const fd of opened) closeSync(fd);
  }
}

/** A standard stream that this process has closed can't be inherited: the child gets none. */
function standardStream(fd: number, mode: StartRequest['stdio']): StartRequest['stdio'] {
  return mode !== 'inherit' || isOpen(fd) ? mode : 'ignore';
}
