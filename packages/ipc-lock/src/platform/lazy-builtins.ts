/** Modules of Node that are loaded at first use: they are half of what importing this package would take. */
import type * as AsyncHooks from 'node:async_hooks';
import type * as ChildProcess from 'node:child_process';
import type * as Crypto from 'node:crypto';
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

export function workerThreads(): typeof WorkerThreads {
  return process.getBuiltinModule('node:worker_threads');
}

export function zlib(): typeof Zlib {
  return process.getBuiltinModule('node:zlib');
}
