// Runs a workload as real processes, pinned to so many cores.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ProcessSpec } from 'scheduler-model';

/** What a real process did; times in milliseconds. */
export interface RealResult {
  readonly turnaround: number;
  /** Its turns that were cut short. */
  readonly turns: readonly number[];
  /** CPU time, as the kernel counts it. */
  readonly cpu: number;
  readonly voluntary: number;
  readonly involuntary: number;
}

const worker = fileURLToPath(new URL('../programs/worker.mjs', import.meta.url));

/** The machine's cores, as taskset numbers them; undefined where there is no taskset. */
export function allowedCores(): number[] | undefined {
  const { status, stdout } = spawnSync('taskset', ['-cp', String(process.pid)], { encoding: 'utf8' });
  if (status !== 0) return undefined;
  const list = stdout.split(':').at(-1)?.trim() ?? '';
  return list.split(',').flatMap((range) => {
    const [from = 0, to = from] = range.split('-').map(Number);
    return Array.from({ length: to - from + 1 }, (_, index) => from + index);
  });
}

/** A run, and what part of the cores' time went to others meanwhile: the model knows only the workload. */
export interface RealRun {
  readonly results: readonly RealResult[];
  readonly others: number;
}

/** Milliseconds these cores were busy since the machine was started, by the kernel's count of 10 ms ticks. */
function busyTime(cores: readonly number[]): number {
  const lines = readFileSync('/proc/stat', 'utf8').split('\n');
  return cores.reduce((sum, core) => {
    const line = lines.find((text) => text.startsWith(`cpu${core} `)) ?? '';
    const [, user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = line
      .split(/\s+/)
      .map(Number);
    return sum + 10 * (user + nice + system + irq + softirq + steal);
  }, 0);
}

/** Starts them all at one instant, and waits for their results. */
export async function runForReal(
  processes: readonly ProcessSpec[],
  cores: readonly number[],
): Promise<RealRun> {
  const children = processes.map(({ script }) =>
    spawn('taskset', ['-c', cores.join(','), process.execPath, worker, JSON.stringify(script)], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    }),
  );
  try {
    await Promise.all(children.map((child) => message(child)));
    const beginAt = performance.timeOrigin + performance.now() + 30;
    const results = children.map((child) => message(child) as Promise<RealResult>);
    for (const child of children) child.send(beginAt);
    const [begin, busyBefore] = [performance.now(), busyTime(cores)];
    const all = await Promise.all(results);
    const [took, busy] = [performance.now() - begin, busyTime(cores) - busyBefore];
    const own = all.reduce((sum, { cpu }) => sum + cpu, 0);
    await Promise.all(children.map(async (child) => child.exitCode ?? (await once(child, 'exit'))));
    return { results: all, others: Math.max(0, busy - own) / (took * cores.length) };
  } finally {
    for (const child of children) child.kill('SIGKILL');
  }
}

/** The next message; fails if the child ends instead. */
async function message(child: ChildProcess): Promise<unknown> {
  const ended = new AbortController();
  const failed = once(child, 'exit', { signal: ended.signal }).then(([code, signal]) => {
    throw new Error(`a worker ended with ${code ?? signal} before it answered`);
  });
  try {
    const [value] = (await Promise.race([once(child, 'message', { signal: ended.signal }), failed])) as [
      unknown,
    ];
    return value;
  } finally {
    failed.catch(() => undefined);
    ended.abort();
  }
}
