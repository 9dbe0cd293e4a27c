/** Reasons why a platform can't show something. */
import type { Text } from './experiment.js';

const NEEDS_PROC: Text = {
  en: 'this is read from /proc, which only Linux has',
  zh: '需要读取 /proc，只有 Linux 才有',
};

const NEEDS_SIGNALS: Text = {
  en: 'this needs signals, which Windows does not have',
  zh: '需要信号，Windows 没有',
};

export function withoutProc(): Text | undefined {
  return process.platform === 'linux' ? undefined : NEEDS_PROC;
}

export function withoutSignals(): Text | undefined {
  return process.platform === 'win32' ? NEEDS_SIGNALS : undefined;
}
