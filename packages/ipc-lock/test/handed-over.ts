/** The protocol by which a lock is sent to another process, as a receiver sees it. */
import type { FileLock, Lock } from 'ipc-lock';

interface Handover {
  readonly module: string;
  readonly export: string;
  readonly data: unknown;
}

const key = Symbol.for('core-process.handover');

/** What to send, as JSON. */
export function addressOf(lock: Lock | FileLock): string {
  const handover = (lock as unknown as { [key]: () => Handover })[key]();
  return JSON.stringify(handover);
}

/** What a receiver in this process gets: another object for the same lock. */
export async function copyOf<L extends Lock | FileLock>(lock: L): Promise<L> {
  const handover = JSON.parse(addressOf(lock)) as Handover;
  const module = (await import(/* @vite-ignore */ handover.module)) as Record<string, (data: unknown) => L>;
  const rebuild = module[handover.export];
  if (rebuild === undefined) throw new Error(`${handover.module} has no ${handover.export}`);
  return rebuild(handover.data);
}
