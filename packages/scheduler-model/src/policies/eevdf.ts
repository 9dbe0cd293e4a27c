// Earliest eligible virtual deadline first: of those who have had no more than their share, the one whose
// request must be served first. Linux's scheduler since 6.6.

import { requireInteger, requireObject } from '../validate.js';
import type { Policy, ProcessView } from './policy.js';
import { ReadyHeap } from './ready-heap.js';
import { NICE_0_WEIGHT, weightOf } from './weights.js';

/** How long a request is. */
export interface EevdfOptions {
  /** Ticks a process asks for at a time. */
  readonly slice: number;
}

/** What the policy knows of a process; virtual times are ticks at the weight of nice 0. */
interface EevdfState {
  vruntime: number;
  /** When its request must have been served. */
  deadline: number;
  /** How far behind its share it was when it blocked. */
  lag: number;
  /** When it blocked. */
  leftAt: number;
  /** What it had run when its vruntime was last counted, and when it last got a core. */
  counted: number;
  since: number;
}

/**
 * Earliest eligible virtual deadline first, with lag kept over sleep, as in Linux: who has a core keeps it
 * until its slice is used, then one that wakes with an earlier deadline takes it.
 *
 * @throws {@link InvalidInputError} for a slice that is none
 * @see I. Stoica, H. Abdel-Wahab, "Earliest Eligible Virtual Deadline First" (1995); "EEVDF Scheduler",
 * Linux kernel documentation, scheduler/sched-eevdf
 */
export function eevdf(options: EevdfOptions): Policy {
  const given = requireObject('eevdf(options)', options, 'an object: { slice }');
  const slice = requireInteger('eevdf(options).slice', given['slice'], 1);
  const virtual = (ticks: number, process: ProcessView): number =>
    (ticks * NICE_0_WEIGHT) / weightOf(process.nice);
  return {
    name: `eevdf(slice ${slice})`,
    start(context) {
      /** Ready ones: those known to be eligible by deadline, the others by when they become so. */
      const eligible = new ReadyHeap();
      const future = new ReadyHeap();
      const onCore = new Set<ProcessView>();
      const runnable = new Set<ProcessView>();
      let weight = 0;
      /** The sum of weight times vruntime; divided by the weight it is the virtual time. */
      let weighted = 0;
      const stateOf = (process: ProcessView): EevdfState => {
        process.data ??= {
          vruntime: 0,
          deadline: 0,
          lag: 0,
          leftAt: 0,
          counted: 0,
          since: 0,
        } satisfies EevdfState;
        return process.data as EevdfState;
      };
      const count = (process: ProcessView): EevdfState => {
        const state = stateOf(process);
        const ran = process.ran - state.counted;
        if (ran === 0) return state;
        state.vruntime += virtual(ran, process);
        state.counted = process.ran;
        weighted += ran * NICE_0_WEIGHT;
        if (state.vruntime >= state.deadline) state.deadline = state.vruntime + virtual(slice, process);
        return state;
      };
      const virtualTime = (): number => {
        for (const process of onCore) count(process);
        return weight === 0 ? 0 : weighted / weight;
      };
      const join = (process: ProcessView, isNew: boolean): void => {
        const state = stateOf(process);
        const own = weightOf(process.nice);
        const time = weight === 0 ? state.vruntime : virtualTime();
        // Joining moves the virtual time towards the newcomer: its lag is stretched to be what it was.
        const lag = weight === 0 ? 0 : (state.lag * (weight + own)) / weight;
        state.vruntime = time - lag;
        // A newcomer starts with half a request, so that it does not wait for a whole round.
        state.deadline = state.vruntime + virtual(isNew ? slice / 2 : slice, process);
        runnable.add(process);
        weight += own;
        weighted += own * state.vruntime;
      };
      const leave = (process: ProcessView): void => {
        const state = stateOf(process);
        const bound = virtual(2 * slice, process);
        state.lag = Math.max(-bound, Math.min(bound, virtualTime() - state.vruntime));
        state.leftAt = context.now();
        runnable.delete(process);
        weight -= weightOf(process.nice);
        weighted = weight === 0 ? 0 : weighted - weightOf(process.nice) * state.vruntime;
      };
      /** The ready process that should run, over all or over those a core may have. */
      const best = (core: number): ProcessView | undefined => {
        const time = virtualTime();
        for (let first = future.first; first !== undefined && future.firstKey <= time; first = future.first) {
          future.remove(first);
          eligible.add(first, stateOf(first).deadline);
        }
        for (let first = eligible.first; first !== undefined; first = eligible.first) {
          // The virtual time may have gone back a little since: joining and leaving move it.
          if (stateOf(first).vruntime <= time) break;
          eligible.remove(first);
          future.add(first, stateOf(first).vruntime);
        }
        return eligible.firstOn(core) ?? future.firstOn(core);
      };
      return {
        enqueue(process, reason) {
          if (!runnable.has(process)) {
            const state = stateOf(process);
            // Having had too much is forgotten at the pace at which others get theirs meanwhile.
            if (state.lag < 0) state.lag = Math.min(0, state.lag + context.now() - state.leftAt);
            join(process, reason === 'arrival' || reason === 'fork');
          }
          future.add(process, stateOf(process).vruntime);
        },
        dequeue(process, reason) {
          eligible.remove(process);
          future.remove(process);
          if (reason === 'migrate') leave(process);
          if (reason !== 'dispatch') return;
          const state = stateOf(process);
          state.since = process.ran;
          onCore.add(process);
        },
        pickNext: (core) => best(core)?.pid,
        sliceFor(process) {
          const state = stateOf(process);
          const left = ((state.deadline - state.vruntime) * weightOf(process.nice)) / NICE_0_WEIGHT;
          return Math.max(1, Math.ceil(left - 1e-6));
        },
        checkPreempt(woken, running, core) {
          const state = count(running);
          if (running.ran - state.since < slice) return false;
          return best(core) === woken && stateOf(woken).deadline < state.deadline;
        },
        stopping(process, reason) {
          count(process);
          onCore.delete(process);
          if (reason === 'blocked' || reason === 'exit') leave(process);
        },
      };
    },
  };
}
