// Multi-level feedback queue: who uses up its turns sinks, and now and then everyone is lifted again. A
// process stays at its place in its queue while it runs, so that one that is preempted finds itself there.

import { InvalidInputError } from '../errors.js';
import { requireInteger, requireObject, requireOneOf } from '../validate.js';
import type { Policy, ProcessView } from './policy.js';
import { ReadyQueue } from './ready-queue.js';

/** The queues, and what moves a process between them. */
export interface MlfqOptions {
  /** Ticks of a turn, by queue, the most urgent first. */
  readonly quanta: readonly number[];
  /**
   * Turns before a process sinks, by queue; 0 for never.
   *
   * @defaultValue 1 for each
   */
  readonly allotments?: readonly number[] | undefined;
  /** Ticks from one lift of everyone to the top to the next; 0 for never. @defaultValue 0 */
  readonly boost?: number | undefined;
  /** Where one goes that is back from I/O; at the head it also takes the core from an equal. @defaultValue 'tail' */
  readonly afterIo?: 'tail' | 'head' | undefined;
  /**
   * Whether one that blocks gets a full turn and allotment afterwards, which lets it game the scheduler; by
   * default what is left of a turn is kept.
   *
   * @defaultValue false
   */
  readonly refillOnIo?: boolean | undefined;
}

/** What the policy knows of a process. */
export interface MlfqState {
  /** 0 is the most urgent. */
  level: number;
  /** Ticks left of its turn. */
  ticksLeft: number;
  /** Turns left at this level. */
  turnsLeft: number;
  /** What it had run when that was last counted. */
  counted: number;
  isOnCore: boolean;
  /** Whether it stands before all of its level since it is back from I/O. */
  isBumped: boolean;
}

/**
 * Multi-level feedback queue, preemptive between levels.
 *
 * @throws {@link InvalidInputError} for an option that is none
 * @see R. and A. Arpaci-Dusseau, "Operating Systems: Three Easy Pieces", chapter 8; F. J. Corbató et al.,
 * "An Experimental Time-Sharing System" (1962)
 */
export function mlfq(options: MlfqOptions): Policy {
  const { quanta, allotments, boost, afterIo, refillOnIo } = resolveMlfq(options);
  const lowest = quanta.length - 1;
  const refill = (state: MlfqState): void => {
    state.ticksLeft = quanta[state.level] as number;
    state.turnsLeft = allotments[state.level] as number;
  };
  return {
    name: `mlfq(quanta ${quanta.join(', ')}${boost > 0 ? `, boost ${boost}` : ''})`,
    start(context) {
      const queues = quanta.map(() => new ReadyQueue());
      const members = new Set<ProcessView>();
      const stateOf = (process: ProcessView): MlfqState => {
        const known = process.data as MlfqState | undefined;
        if (known !== undefined) return known;
        const state = {
          level: 0,
          ticksLeft: 0,
          turnsLeft: 0,
          counted: 0,
          isOnCore: false,
          isBumped: false,
        };
        refill(state);
        process.data = state;
        return state;
      };
      const queueOf = (process: ProcessView): ReadyQueue => queues[stateOf(process).level] as ReadyQueue;
      if (boost > 0) context.timerAt(context.now() + boost);
      return {
        enqueue(process, reason) {
          const state = stateOf(process);
          members.add(process);
          state.isOnCore = false;
          state.isBumped = reason === 'io-done' && afterIo === 'head';
          const queue = queueOf(process);
          if (state.isBumped) queue.addFirst(process);
          else if (!queue.has(process)) queue.add(process);
        },
        dequeue(process, reason) {
          const state = stateOf(process);
          if (reason === 'dispatch') {
            state.isOnCore = true;
            state.isBumped = false;
            return;
          }
          queueOf(process).remove(process);
          if (reason === 'migrate') members.delete(process);
        },
        pickNext(core) {
          for (const queue of queues) {
            for (const process of queue) {
              if (!stateOf(process).isOnCore && process.mayRunOn(core)) return process.pid;
            }
          }
          return undefined;
        },
        sliceFor: (process) => stateOf(process).ticksLeft,
        checkPreempt(woken, running) {
          const [a, b] = [stateOf(woken), stateOf(running)];
          return a.level < b.level || (a.level === b.level && a.isBumped);
        },
        stopping(process, reason) {
          const state = stateOf(process);
          state.isOnCore = false;
          state.ticksLeft -= process.ran - state.counted;
          state.counted = process.ran;
          const isUsedUp = state.ticksLeft <= 0;
          if (reason !== 'preempted' || isUsedUp) queueOf(process).remove(process);
          if (reason === 'blocked' && refillOnIo) refill(state);
          if (!isUsedUp) return;
          state.turnsLeft--;
          if (state.turnsLeft === 0) {
            state.level = Math.min(state.level + 1, lowest);
            refill(state);
          } else state.ticksLeft = quanta[state.level] as number;
        },
        timer() {
          for (let level = lowest; level > 0; level--) {
            const queue = queues[level] as ReadyQueue;
            for (let process = queue.first; process !== undefined; process = queue.first) {
              queue.remove(process);
              (queues[0] as ReadyQueue).add(process);
            }
          }
          for (const process of members) {
            const state = stateOf(process);
            state.level = 0;
            state.counted = process.ran;
            refill(state);
          }
          for (let core = 0; core < context.cores; core++) {
            const running = context.running(core);
            if (running !== undefined && members.has(running)) context.preempt(core);
          }
          context.timerAt(context.now() + boost);
        },
        exit(process) {
          members.delete(process);
        },
      };
    },
  };
}

function resolveMlfq(options: unknown): {
  quanta: readonly number[];
  allotments: readonly number[];
  boost: number;
  afterIo: 'tail' | 'head';
  refillOnIo: boolean;
} {
  const given = requireObject('mlfq(options)', options, 'an object: { quanta, allotments, boost }');
  const list = (key: string, value: unknown, minimum: number): number[] => {
    if (!Array.isArray(value) || value.length === 0) {
      const expected = 'an array with a number for each queue, the most urgent first';
      throw new InvalidInputError({ field: `mlfq(options).${key}`, value, expected });
    }
    return value.map((number: unknown, i) => requireInteger(`mlfq(options).${key}[${i}]`, number, minimum));
  };
  const quanta = list('quanta', given['quanta'], 1);
  const allotments =
    given['allotments'] === undefined ? quanta.map(() => 1) : list('allotments', given['allotments'], 0);
  if (allotments.length !== quanta.length) {
    const expected = `${quanta.length} numbers, one for each queue`;
    throw new InvalidInputError({ field: 'mlfq(options).allotments', value: allotments, expected });
  }
  const afterIo = requireOneOf('mlfq(options).afterIo', given['afterIo'] ?? 'tail', ['tail', 'head']);
  return {
    quanta,
    allotments,
    boost: requireInteger('mlfq(options).boost', given['boost'] ?? 0, 0),
    afterIo,
    refillOnIo: given['refillOnIo'] === true,
  };
}
