/** Modules of Node that are loaded at first use: they are half of what importing this package would take. */
import type * as AsyncHooks from 'node:async_hooks';
import type * as ChildProcess from 'node:child_process';
import type * as Crypto from 'node:crypto';
import type * as Os from 'node:os';
import type * as Url from 'node:url';
import type { InspectOptions } from 'node:util';
import type * as WorkerThreads from 'node:worker_threads';
import type * as Zlib from 'node:zlib';

export function asyncHooks(): typeof AsyncHooks {
  return process.getBuiltinModule('node:async_hooks');
}

export function childProcess(): typeof ChildProcess {
  return process.getBuiltinModule('node:child_process');
}

export function crypto(): typeof Crypto {
  return process.getBuiltinModule('node:crypto');
}

export function os(): typeof Os {
  return process.getBuiltinModule('node:os');
}

export function url(): typeof Url {
  return process.getBuiltinModule('node:url');
}

export function workerThreads(): typeof WorkerThreads {
  return process.getBuiltinModule('node:worker_threads');
}

export function zlib(): typeof Zlib {
  return process.getBuiltinModule('node:zlib');
}

/** What the caller of a function gave, for a message. */
export function inspect(given: unknown, options?: InspectOptions): string {
  return process.getBuiltinModule('node:util').inspect(given, options);
}

/** @param from - `import.meta.url` of the module that needs something */
export function requireFrom(from: string): NodeJS.Require {
  return process.getBuiltinModule('node:module').createRequire(from);
}
