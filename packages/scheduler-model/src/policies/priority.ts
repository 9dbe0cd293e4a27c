// Fixed priorities, with or without preemption, with or without ageing.

import { InvalidInputError } from '../errors.js';
import { requireInteger, requireObject } from '../validate.js';
import type { Policy, ProcessView } from './policy.js';
import { ReadyHeap } from './ready-heap.js';

/** How priorities count. */
export interface PriorityOptions {
  /** Whether one that becomes ready takes the core from a less urgent one. @defaultValue true */
  readonly preemptive?: boolean | undefined;
  /** Which numbers go first. @defaultValue 'lower-first', as in "Operating System Concepts" */
  readonly order?: 'lower-first' | 'higher-first' | undefined;
  /**
   * Ticks of waiting that are worth one step of priority; 0 for none. It counts until the process gets a
   * core, and whenever a core is to be given.
   *
   * @defaultValue 0
   */
  readonly ageing?: number | undefined;
  /** The longest turn, in ticks. @defaultValue until it blocks, exits or is preempted */
  readonly quantum?: number | undefined;
}

/**
 * Priorities; of equals the one ready for longer goes first.
 *
 * @throws {@link InvalidInputError} for an option that is none
 * @see A. Silberschatz, P. Galvin, G. Gagne, "Operating System Concepts", priority scheduling
 */
export function priority(options: PriorityOptions = {}): Policy {
  const given = requireObject('priority(options)', options, 'an object: { preemptive, ageing }');
  const preemptive = given['preemptive'] ?? true;
  const order = given['order'] ?? 'lower-first';
  if (order !== 'lower-first' && order !== 'higher-first') {
    const expected = "'lower-first' or 'higher-first'";
    throw new InvalidInputError({ field: 'priority(options).order', value: order, expected });
  }
  const ageing = requireInteger('priority(options).ageing', given['ageing'] ?? 0, 0);
  const quantum =
    given['quantum'] === undefined
      ? undefined
      : requireInteger('priority(options).quantum', given['quantum'], 1);
  const rank = (process: ProcessView): number =>
    order === 'lower-first' ? process.priority : -process.priority;
  const traits = [
    preemptive === true ? 'preemptive' : 'not preemptive',
    ageing > 0 ? `ageing ${ageing}` : '',
  ];
  return {
    name: `priority(${traits.filter(Boolean).join(', ')})`,
    start({ now }) {
      const ready = new ReadyHeap();
      return {
        // The order of rank - (now - since) / ageing never changes while two wait: it is that of since + rank * ageing.
        enqueue(process, reason) {
          const key = ageing === 0 ? rank(process) : now() + rank(process) * ageing;
          ready.add(process, key, reason === 'preempted');
        },
        dequeue: (process) => ready.remove(process),
        pickNext: (core) => ready.firstOn(core)?.pid,
        sliceFor: () => quantum,
        checkPreempt: (woken, running) => preemptive === true && rank(woken) < rank(running),
      };
    },
  };
}
