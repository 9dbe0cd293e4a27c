// Fixed priorities, with or without preemption, with or without ageing.

import { requireInteger, requireObject, requireOneOf } from '../validate.js';
import type { Policy, ProcessView } from './policy.js';
import { ReadyHeap } from './ready-heap.js';

/** How priorities count. */
export interface PriorityOptions {
  /** Whether one that becomes ready takes the core from a less urgent one. @defaultValue true */
  readonly preemptive?: boolean | undefined;
  /** Which numbers go first. @defaultValue 'lower-first', as in "Operating System Concepts" */
  readonly order?: 'lower-first' | 'higher-first' | undefined;
  /**
   * Ticks of waiting that are worth one step of priority; 0 for none. It counts until the end of the
   * process's next turn.
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
  const order = requireOneOf('priority(options).order', given['order'] ?? 'lower-first', [
    'lower-first',
    'higher-first',
  ]);
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
    start(context) {
      const ready = new ReadyHeap();
      // The order of rank - (now - since) / ageing never changes while two wait: it is that of this.
      const keyOf = (process: ProcessView): number =>
        ageing === 0 ? rank(process) : (process.data as number) + rank(process) * ageing;
      return {
        enqueue(process, reason) {
          // One that is put off before its turn is over keeps its age.
          if (reason !== 'preempted' && reason !== 'inherit' && reason !== 'migrate')
            process.data = context.now();
          ready.add(process, keyOf(process), reason === 'preempted');
        },
        dequeue: (process) => ready.remove(process),
        pickNext: (core) => ready.firstOn(core)?.pid,
        sliceFor: () => quantum,
        checkPreempt: (woken, running) => preemptive === true && keyOf(woken) < keyOf(running),
      };
    },
  };
}
