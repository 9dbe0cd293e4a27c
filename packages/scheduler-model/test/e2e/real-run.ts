// Runs a workload as real processes, pinned to so many cores.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { cpu, io, type ProcessSpec } from 'scheduler-model';

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

/** What this machine takes, in microseconds, as `predict` wants to know it. */
export interface Costs {
  readonly contextSwitch: number;
  readonly wakeUp: number;
}

/** Measured with loads of their own: two loops that share a core, and one process that waits. */
export async function measureCosts(core: number): Promise<Costs> {
  const [loopMs, rounds, waitMs] = [200, 20, 10];
  const switches: number[] = [];
  const wakeUps: number[] = [];
  for (let run = 0; run < 3; run++) {
    const loop = (name: string): ProcessSpec => ({ name, script: [cpu(loopMs)] });
    const loops = (await runForReal([loop('a'), loop('b')], [core])).results;
    const turns = loops.reduce((sum, result) => sum + result.turns.length, 0);
    switches.push((loops.reduce((sum, result) => sum + result.cpu, 0) - 2 * loopMs) / turns);
    const script = Array.from({ length: rounds }, () => [cpu(1), io(waitMs)]).flat();
    const [waits] = (await runForReal([{ name: 'waits', script }], [core])).results as [RealResult];
    wakeUps.push(waits.turnaround / rounds - waitMs - 1);
  }
  // What others took makes it more, nothing makes it less.
  const least = (ms: readonly number[]) => Math.max(0, Math.round(1000 * Math.min(...ms)));
  return { contextSwitch: least(switches), wakeUp: least(wakeUps) };
}

/** Starts them all at one instant, and waits for their results. */
export async function runForReal(
  processes: readonly ProcessSpec[],
  cores: readonly number[],
): Promise<RealRun> {
  const children = processes.map(({ script }) =>
    // A process of the model has one thread; V8's helpers would be others on the same cores.
    spawn(
      'taskset',
      ['-c', cores.join(','), process.execPath, '--single-threaded', worker, JSON.stringify(script)],
      { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
    ),
  );
  try {
    await Promise.all(children.map((child) => message(child)));
    const beginAt = performance.timeOrigin + performance.now() + 30;
    const results = children.map((child) => message(child) as Promise<RealResult>);
    for (const child of children) child.send(beginAt);
    const [begin, busyBefore] = [performance.now(), busyTime(cores)];
    const all = await Promise.all(results);
    const [took, busy] = [performance.now() - begin, busyTime(cores) - busyBefore];
    const own = all.reduce((sum, result) => sum + result.cpu, 0);
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
