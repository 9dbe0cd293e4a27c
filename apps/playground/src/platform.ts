/** Reasons why a platform can't show something. */
import { LockUnavailableError, Value } from 'ipc-lock';
import type { Text } from './experiment.js';

const NEEDS_PROC: Text = {
  en: 'this is read from /proc, which only Linux has',
  zh: '需要读取 /proc，只有 Linux 才有',
};

const NEEDS_SIGNALS: Text = {
  en: 'this needs signals, which Windows does not have',
  zh: '需要信号，Windows 没有',
};

const NEEDS_SHARED_MEMORY: Text = {
  en: 'ipc-lock has shared memory on 64-bit Linux with koffi only',
  zh: 'ipc-lock 的共享内存只支持装有 koffi 的 64 位 Linux',
};

/** Tried, since what is missing may be a binary of koffi, or the folder for it. */
export function withoutSharedMemory(): Text | undefined {
  try {
    new Value('int32').close();
    return undefined;
  } catch (error) {
    if (error instanceof LockUnavailableError) return NEEDS_SHARED_MEMORY;
    throw error;
  }
}

export function withoutProc(): Text | undefined {
  return process.platform === 'linux' ? undefined : NEEDS_PROC;
}

export function withoutSignals(): Text | undefined {
  return process.platform === 'win32' ? NEEDS_SIGNALS : undefined;
}
