// process-run.py: processes as lists of instructions, without slices; who runs next is found by going
// round the list from the one that had the processor. It decides twice at one moment: when an instruction
// ends, and again when I/O is done; the policy below does so in the callbacks for the two.

import type { Policy, ProcessView, Scheduler } from '../policies/policy.js';
import { simulate } from '../simulate.js';
import { slicesOf } from '../slices.js';
import { cpu, io, type Operation } from '../workload.js';
import { drawsOf, type RecordedDraw } from './draws.js';
import { MAX_EVENTS } from './limits.js';
import { twoDecimals } from './python-format.js';

export interface ProcessRunJob {
  readonly pid: number;
  /** A letter each: c computes, i issues I/O, d handles its end. */
  readonly instructions: string;
}

/** The flags `-s -P -l -L -S -I`. */
export interface ProcessRunOptions {
  readonly seed: number;
  readonly program: string;
  readonly processlist: string;
  readonly iolength: number;
  readonly switch: string;
  readonly iodone: string;
}

export interface ProcessRunResult {
  /** By process, a letter each tick: c i d as run, R running without an instruction, r ready, b blocked, x done. */
  readonly states: readonly string[];
  /** A digit each tick: whether an instruction was carried out. */
  readonly cpu: string;
  /** Outstanding I/O, by tick. */
  readonly ios: readonly number[];
  readonly ioDoneTicks: readonly number[];
  readonly perProcess: readonly {
    pid: number;
    firstRunTick: number | null;
    lastRunTick: number | null;
    runTicks: number;
    readyTicks: number;
    blockedTicks: number;
  }[];
  readonly stats: {
    readonly totalTime: number;
    readonly cpuBusy: number;
    readonly cpuBusyPercent: number;
    readonly ioBusy: number;
    readonly ioBusyPercent: number;
  };
}

/**
 * What `process-run.py -c -p` prints. Ticks count from 1.
 *
 * @param jobs - left out, they are read from `program` or made up from the seed
 * @param draws - what Python drew; left out, the same is drawn from the seed
 */
export function runProcessRun(
  jobs: readonly ProcessRunJob[] | undefined,
  options: ProcessRunOptions,
  draws?: readonly RecordedDraw[],
): ProcessRunResult {
  const list = jobs ?? makeJobs(options, draws);
  /** When a process without instructions had the processor, for one tick. */
  const burned: { pid: number; time: number }[] = [];
  const run = simulate(
    list.map(({ pid, instructions }) => ({
      name: `process ${pid}`,
      script: scriptOf(instructions, options.iolength),
    })),
    { policy: goingRound(list, options, burned), simultaneous: 'requeue-first', maxEvents: MAX_EVENTS },
  );

  // A process that ends without running its last tick does so when the next is given the processor.
  const length = run.metrics.makespan;
  const states = list.map(() => Array.from({ length }, () => 'r'));
  const next = list.map(() => 0);
  for (const { pid, from, to } of slicesOf(run.trace)) {
    for (let tick = from; tick < to; tick++) {
      const index = next[pid - 1] as number;
      next[pid - 1] = index + 1;
      (states[pid - 1] as string[])[tick] = list[pid - 1]?.instructions[index] as string;
    }
  }
  const ioDoneTicks: number[] = [];
  const blockedSince = new Map<number, number>();
  for (const { time, pid, reason } of run.trace) {
    if (reason === 'io') blockedSince.set(pid, time);
    if (reason === 'io-done') {
      (states[pid - 1] as string[]).fill('b', blockedSince.get(pid), time);
      ioDoneTicks.push(time + 1);
    }
    if (reason === 'exit') (states[pid - 1] as string[]).fill('x', time);
  }
  for (const { pid, time } of burned) (states[pid - 1] as string[])[time] = 'R';

  const at = (tick: number, letters: string): number =>
    states.filter((letter) => letters.includes(letter[tick] as string)).length;
  const busy = Array.from({ length }, (_, tick) => Math.min(1, at(tick, 'cid')));
  const ios = Array.from({ length }, (_, tick) => at(tick, 'b'));
  const cpuBusy = busy.filter(Boolean).length;
  const ioBusy = ios.filter(Boolean).length;
  const percent = (ticks: number): number => (length === 0 ? 0 : twoDecimals((100 * ticks) / length));
  return {
    states: states.map((letters) => letters.join('')),
    cpu: busy.join(''),
    ios,
    ioDoneTicks,
    perProcess: states.map((letters, pid) => {
      const ran = letters.flatMap((letter, tick) => ('cid'.includes(letter) ? [tick + 1] : []));
      const count = (wanted: string): number => letters.filter((letter) => letter === wanted).length;
      return {
        pid,
        firstRunTick: ran[0] ?? null,
        lastRunTick: ran.at(-1) ?? null,
        runTicks: ran.length,
        readyTicks: count('r'),
        blockedTicks: count('b'),
      };
    }),
    stats: {
      totalTime: length,
      cpuBusy,
      cpuBusyPercent: percent(cpuBusy),
      ioBusy,
      ioBusyPercent: percent(ioBusy),
    },
  };
}

type State = 'ready' | 'running' | 'blocked' | 'done';

/**
 * The rule of the original as a policy: `current` is who has the processor or had it last. A process
 * without instructions has it for one tick, in which the core stays idle here.
 */
function goingRound(
  jobs: readonly ProcessRunJob[],
  options: ProcessRunOptions,
  burned: { pid: number; time: number }[],
): Policy {
  const switchesOnIo = options.switch === 'SWITCH_ON_IO';
  const runsAtOnce = options.iodone === 'IO_RUN_IMMEDIATE';
  return {
    name: `${options.switch}, ${options.iodone}`,
    start(context): Scheduler {
      const states: State[] = jobs.map(() => 'ready');
      let current = 0;
      /** Ended without ever running; the engine lets them go when it asks who is next. */
      const leaving = new Set<number>();
      /** When the tick of a process without instructions is over. */
      let burningUntil = -1;
      states[0] = 'running';

      const isEmpty = (index: number): boolean => jobs[index]?.instructions === '';
      const toNext = (): void => {
        for (let step = 1; step <= jobs.length; step++) {
          const index = (current + step) % jobs.length;
          if (states[index] !== 'ready') continue;
          current = index;
          states[index] = 'running';
          return;
        }
      };
      const endIfEmpty = (): void => {
        if (states[current] !== 'running' || !isEmpty(current)) return;
        states[current] = 'done';
        leaving.add(current);
        burningUntil = -1;
        toNext();
      };
      const ioDone = (index: number): void => {
        states[index] = 'ready';
        if (runsAtOnce) {
          if (current !== index && states[current] === 'running') states[current] = 'ready';
          current = index;
          states[index] = 'running';
        } else {
          const runnable = states.filter((state) => state === 'ready' || state === 'running').length;
          if (runnable === 1 || !switchesOnIo) {
            current = index;
            states[index] = 'running';
          }
        }
        endIfEmpty();
      };
      return {
        enqueue(process, reason) {
          if (reason === 'io-done') ioDone(process.pid - 1);
        },
        dequeue: () => {},
        pickNext() {
          for (const index of leaving) return index + 1;
          if (states[current] !== 'running') return undefined;
          if (!isEmpty(current)) return current + 1;
          const now = context.now();
          if (burningUntil <= now) {
            burningUntil = now + 1;
            burned.push({ pid: current + 1, time: now });
            context.timerAt(burningUntil);
          }
          return undefined;
        },
        sliceFor: () => undefined,
        checkPreempt: (woken: ProcessView, running: ProcessView) =>
          woken.pid - 1 === current && !leaving.has(running.pid - 1),
        stopping(process, reason) {
          const index = process.pid - 1;
          leaving.delete(index);
          if (reason === 'blocked') {
            states[index] = 'blocked';
            if (!switchesOnIo) return;
            toNext();
            // Of the two looks at the end of a tick, the second comes after this switch.
            endIfEmpty();
          } else if (reason === 'exit' && states[index] === 'running') {
            states[index] = 'done';
            toNext();
          }
        },
        timer() {
          if (burningUntil === context.now()) endIfEmpty();
        },
      };
    },
  };
}

function scriptOf(instructions: string, iolength: number): Operation[] {
  const script: Operation[] = [];
  for (const letter of instructions) {
    script.push(cpu(1));
    if (letter === 'i') script.push(io(iolength));
  }
  return script.length === 0 ? [cpu(0)] : script;
}

function makeJobs(
  options: ProcessRunOptions,
  recorded: readonly RecordedDraw[] | undefined,
): ProcessRunJob[] {
  if (options.program !== '') {
    return options.program.split(':').map((program, pid) => {
      const parts = program
        .split(',')
        .map((part) => (part === 'i' ? 'id' : 'c'.repeat(Number(part.slice(1)))));
      return { pid, instructions: parts.join('') };
    });
  }
  const draws = drawsOf(options.seed, recorded);
  return options.processlist.split(',').map((text, pid) => {
    const [count = 0, percent = 0] = text.split(':').map(Number);
    const letters = Array.from({ length: count }, () => (draws.random() < percent / 100 ? 'c' : 'id'));
    return { pid, instructions: letters.join('') };
  });
}
