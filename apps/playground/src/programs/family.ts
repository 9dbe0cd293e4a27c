/**
 * Three generations: a process that starts a child of its own, to show what becomes of the child.
 *
 * They tell what happens in a file: their standard output would end with the one in the middle.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parentProcess, Process } from 'core-process';
import { LIFETIME_MS } from '../child-signals.js';

/** Computes without a pause; says its pid first. */
export function computeOn(file: string): void {
  appendFileSync(file, `up ${process.pid}\n`);
  const end = performance.now() + LIFETIME_MS;
  while (performance.now() < end);
}

/** Says its pid, its parent's, and what it is told when that one has ended. */
export async function watchParent(file: string): Promise<void> {
  const parent = parentProcess();
  let wake: (() => void) | undefined;
  const told = new Promise<void>((resolve) => {
    wake = resolve;
  });
  parent?.once('orphaned', () => {
    appendFileSync(file, `told ${process.ppid} ${parent.isAlive()}\n`);
    wake?.();
  });
  appendFileSync(file, `up ${process.pid} ${process.ppid}\n`);
  await Promise.race([told, sleep(LIFETIME_MS, undefined, { ref: true })]);
  process.exit();
}

/** How long {@link finishLater} needs: long beside the end of a parent that does not wait for it. */
const LATER_MS = 2000;

/** Says its pid, and a good while later that it is done. */
export async function finishLater(file: string): Promise<void> {
  appendFileSync(file, `up ${process.pid}\n`);
  await sleep(LATER_MS);
  appendFileSync(file, 'done\n');
}

export interface FamilyPlan {
  /** What the child runs. */
  readonly target: 'computeOn' | 'watchParent' | 'finishLater';
  readonly daemon: boolean;
  readonly file: string;
  /** Whether the one in the middle ends when its child is up, or stays until it is killed. */
  readonly ends: boolean;
}

/** The one in the middle. */
export async function middle({ target, daemon, file, ends }: FamilyPlan): Promise<void> {
  const child = new Process({
    target: { computeOn, watchParent, finishLater }[target],
    args: [file],
    daemon,
    stdio: 'ignore',
  });
  child.start();
  const end = performance.now() + LIFETIME_MS;
  while (performance.now() < end) {
    if (ends && existsSync(file) && readFileSync(file, 'utf8').startsWith('up ')) return;
    await sleep(5);
  }
}
