/**
 * A copy of a small server process for each start: milliseconds, and memory shared until it is written to.
 *
 * There is one server for each set of Node options in use: started at first use, started anew when it has
 * died, gone with this process. Where copies turn out not to work, each start is a `spawn`, and one warning
 * says why.
 */
import { serialize } from 'node:v8';
import { InvalidOptionError } from '../errors.js';
import { frame } from '../messaging/frame.js';
import { whyNotCopyable } from '../os/process-copy.js';
import { moduleUrl } from '../target/reference.js';
import { ForkServer, ServerLostError } from './fork-server.js';
import { adoptChild } from './native-child.js';
import { notStarted } from './not-started.js';
import { spawn } from './spawn.js';
import {
  type ChildEvents,
  type LaunchMessage,
  type RunningChild,
  type StartMethod,
  type StartRequest,
} from './start-method.js';

export const forkserver: StartMethod = { name: 'forkserver', unavailable: whyNotCopyable, start };

/** Fits into any socket before its reader is there. */
const AT_ONCE_BYTES = 16_384;

const TRIES = 3;

/** How many copies in a row crashed or hung before their first word. */
let broken = 0;

const servers = new Map<string, ForkServer>();
let preloaded: readonly string[] | undefined;
/** Once copies were seen not to work here, none is tried again. */
let whyBroken: string | undefined;

function start(request: StartRequest, events: ChildEvents): RunningChild {
  // A server that died is started anew.
  for (let tries = 0; tries < TRIES && whyBroken === undefined; tries++) {
    try {
      const server = serverFor(request);
      const words = Buffer.concat([frame(serialize(launchOf(request, server))), frame(request.boot)]);
      const outcome = server.requestCopy(request.stdio, words.subarray(0, AT_ONCE_BYTES));
      if (outcome.kind === 'started') {
        broken = 0;
        return adoptChild(outcome.pid, outcome.ends, events, words.subarray(AT_ONCE_BYTES));
      }
      if (outcome.kind === 'refused') return notStarted(outcome.error, events);
      if (outcome.kind === 'broken') {
        // Nothing of the target has run. One may have had bad luck; when several have, copies don't work here.
        if (++broken === TRIES) whyBroken = outcome.reason;
        warn(outcome.reason);
        return spawn.start(request, events);
      }
    } catch (error) {
      // No descriptors, no memory: of this process, not of its copies.
      if ((error as NodeJS.ErrnoException).errno !== undefined) return notStarted(error as Error, events);
      if (!(error instanceof ServerLostError)) whyBroken = (error as Error).message;
    }
  }
  warn(whyBroken ?? `its server died ${TRIES} times as soon as it was there.`);
  return spawn.start(request, events);
}

const warned = new Set<string>();

/** Once for each reason. */
function warn(reason: string): void {
  if (warned.has(reason)) return;
  warned.add(reason);
  process.emitWarning(`Started by "spawn" and not by "forkserver": ${reason}`, {
    type: 'CoreProcessWarning',
    code: 'CORE_PROCESS_FORKSERVER_FALLBACK',
  });
}

function serverFor({ execPath, execArgv, module }: StartRequest): ForkServer {
  // Options that Node reads once, at its start: a copy has those of its server.
  const key = JSON.stringify([execPath, execArgv, process.env['NODE_OPTIONS']]);
  const found = servers.get(key);
  if (found !== undefined && !found.isGone) return found;
  const server = new ForkServer(execPath, execArgv, preloaded ?? (module === undefined ? [] : [module]));
  servers.set(key, server);
  try {
    server.tryCopy();
  } catch (error) {
    void server.stop();
    throw error;
  }
  return server;
}

function launchOf(request: StartRequest, server: ForkServer): LaunchMessage {
  const wanted: NodeJS.ProcessEnv = { ...process.env, ...request.env };
  const env: Record<string, string | undefined> = {};
  for (const name of new Set([...Object.keys(wanted), ...Object.keys(server.environment)])) {
    if (wanted[name] !== server.environment[name]) env[name] = wanted[name];
  }
  return { cwd: request.cwd ?? process.cwd(), env, execArgv: request.execArgv };
}

/**
 * What fork servers load before their first copy: each copy then finds it loaded, and shares its memory.
 * Servers that run already are ended; the next start brings up another.
 *
 * @param modules - URLs, absolute paths or names of packages; without this call, the module of the first target
 * @throws InvalidOptionError for a relative path; TargetNotFoundError for a package that is not there
 */
export function setForkServerPreload(modules: readonly (string | URL)[]): void {
  if (!Array.isArray(modules)) {
    throw new InvalidOptionError('modules', 'setForkServerPreload() takes an array of modules.');
  }
  preloaded = (modules as readonly (string | URL)[]).map(moduleUrl);
  void stopForkServer();
}

/**
 * Ends the fork servers of this process; their copies live on, and the next start brings up another.
 * They end with this process anyway.
 */
export async function stopForkServer(): Promise<void> {
  const ending = [...servers.values()];
  servers.clear();
  await Promise.all(ending.map((server) => server.stop()));
}

/** In a copy of this process: they are not its own. Their sockets are silent there. */
export function forgetServers(): void {
  servers.clear();
}
