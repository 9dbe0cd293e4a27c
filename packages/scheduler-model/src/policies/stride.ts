// Stride: the lottery without chance. Each turn moves a process on by its stride, the smaller the more
// tickets it has, and who is least far on runs next.

import { requireInteger, requireObject } from '../validate.js';
import type { Policy, ProcessView } from './policy.js';
import { ReadyHeap } from './ready-heap.js';

/** How long a turn is. */
export interface StrideOptions {
  /** Ticks of a turn. */
  readonly quantum: number;
}

interface StrideState {
  /** How far on it is, in ticks a ticket. */
  pass: number;
  /** What it had run when that was last counted. */
  counted: number;
}

/**
 * Stride scheduling: over any stretch a process gets its share by tickets, to within a quantum. One that
 * was away goes on from where the others are: it neither saves up nor loses.
 *
 * @throws {@link InvalidInputError} for a quantum that is none
 * @see C. Waldspurger, W. Weihl, "Stride Scheduling: Deterministic Proportional-Share Resource
 * Management", MIT/LCS/TM-528 (1995)
 */
export function stride(options: StrideOptions): Policy {
  const given = requireObject('stride(options)', options, 'an object: { quantum }');
  const quantum = requireInteger('stride(options).quantum', given['quantum'], 1);
  return {
    name: `stride(quantum ${quantum})`,
    start() {
      const ready = new ReadyHeap();
      /** How far on the one is that ran last: nobody ready is behind it. */
      let globalPass = 0;
      const stateOf = (process: ProcessView): StrideState => {
        process.data ??= { pass: globalPass, counted: 0 } satisfies StrideState;
        return process.data as StrideState;
      };
      return {
        enqueue(process, reason) {
          const state = stateOf(process);
          if (reason === 'migrate') state.pass += globalPass;
          else if (reason !== 'slice-end' && reason !== 'preempted' && reason !== 'yield') {
            state.pass = Math.max(state.pass, globalPass);
          }
          ready.add(process, state.pass);
        },
        dequeue(process, reason) {
          ready.remove(process);
          const state = stateOf(process);
          if (reason === 'migrate') state.pass -= globalPass;
          else if (reason === 'dispatch') globalPass = Math.max(globalPass, state.pass);
        },
        pickNext: (core) => ready.firstOn(core)?.pid,
        sliceFor: () => quantum,
        stopping(process) {
          const state = stateOf(process);
          state.pass += (process.ran - state.counted) / process.tickets;
          state.counted = process.ran;
        },
      };
    },
  };
}
