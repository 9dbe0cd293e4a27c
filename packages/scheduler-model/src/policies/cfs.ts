// Completely fair: who has had the least, by weight, runs next. Linux's scheduler from 2.6.23 to 6.5.

import { requireInteger, requireObject } from '../validate.js';
import type { Policy, ProcessView } from './policy.js';
import { ReadyHeap } from './ready-heap.js';
import { NICE_0_WEIGHT, weightOf } from './weights.js';

/** What fairness is given up for. */
export interface CfsOptions {
  /** Ticks in which everyone ready should have had a turn. */
  readonly latency: number;
  /** The shortest turn, in ticks. @defaultValue an eighth of the latency, at least 1 */
  readonly minGranularity?: number | undefined;
  /**
   * Ticks of a weight of nice 0 by which one that wakes must be behind to take the core.
   *
   * @defaultValue `minGranularity`
   */
  readonly wakeupGranularity?: number | undefined;
}

interface CfsState {
  /** Ticks it has had, at the weight of nice 0. */
  vruntime: number;
  /** What it had run when that was last counted. */
  counted: number;
}

/**
 * The completely fair scheduler. A turn is the latency shared out by weight. One that slept is put at most
 * half a latency behind the others.
 *
 * @throws {@link InvalidInputError} for an option that is none
 * @see "CFS Scheduler", Linux kernel documentation, scheduler/sched-design-CFS
 */
export function cfs(options: CfsOptions): Policy {
  const given = requireObject('cfs(options)', options, 'an object: { latency }');
  const latency = requireInteger('cfs(options).latency', given['latency'], 1);
  const least = given['minGranularity'] ?? Math.max(1, Math.floor(latency / 8));
  const minGranularity = requireInteger('cfs(options).minGranularity', least, 1);
  const behind = given['wakeupGranularity'] ?? minGranularity;
  const wakeupGranularity = requireInteger('cfs(options).wakeupGranularity', behind, 0);
  return {
    name: `cfs(latency ${latency})`,
    start() {
      const ready = new ReadyHeap();
      /** Who is ready or has a core. */
      const runnable = new Set<ProcessView>();
      let weight = 0;
      let minVruntime = 0;
      const stateOf = (process: ProcessView): CfsState => {
        process.data ??= { vruntime: minVruntime, counted: 0 } satisfies CfsState;
        return process.data as CfsState;
      };
      const count = (process: ProcessView): CfsState => {
        const state = stateOf(process);
        state.vruntime += ((process.ran - state.counted) * NICE_0_WEIGHT) / weightOf(process.nice);
        state.counted = process.ran;
        return state;
      };
      const leave = (process: ProcessView): void => {
        if (runnable.delete(process)) weight -= weightOf(process.nice);
      };
      return {
        enqueue(process, reason) {
          const state = stateOf(process);
          if (!runnable.has(process)) {
            runnable.add(process);
            weight += weightOf(process.nice);
            if (reason === 'migrate') state.vruntime += minVruntime;
            else state.vruntime = Math.max(state.vruntime, minVruntime - latency / 2);
          }
          ready.add(process, state.vruntime);
        },
        dequeue(process, reason) {
          ready.remove(process);
          const state = stateOf(process);
          if (reason === 'dispatch') minVruntime = Math.max(minVruntime, state.vruntime);
          if (reason !== 'migrate') return;
          leave(process);
          state.vruntime -= minVruntime;
        },
        pickNext: (core) => ready.firstOn(core)?.pid,
        sliceFor(process) {
          return Math.max(minGranularity, Math.round((latency * weightOf(process.nice)) / weight));
        },
        checkPreempt(woken, running) {
          const gap = count(running).vruntime - count(woken).vruntime;
          return gap > (wakeupGranularity * NICE_0_WEIGHT) / weightOf(woken.nice);
        },
        stopping(process, reason) {
          count(process);
          if (reason === 'blocked' || reason === 'exit') leave(process);
        },
      };
    },
  };
}
