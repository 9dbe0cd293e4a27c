import { expect, test } from 'vitest';
import { EVENT_ORDER, EventQueue, type SimulationEvent } from './event-queue.js';
import { seededRandom } from './random.js';

function drain(queue: EventQueue): SimulationEvent[] {
  const events: SimulationEvent[] = [];
  for (let event = queue.pop(); event !== undefined; event = queue.pop()) events.push(event);
  return events;
}

test.each(['requeue-first', 'arrivals-first'] as const)('%s: same tick, the order of the table', (rule) => {
  const queue = new EventQueue(rule);
  for (const name of EVENT_ORDER['requeue-first'].toReversed()) queue.push(7, name, 1);
  expect(drain(queue).map((event) => event.class)).toEqual(EVENT_ORDER[rule]);
});

test('same tick and class: the order of insertion', () => {
  const queue = new EventQueue('requeue-first');
  for (const pid of [5, 3, 9, 1]) queue.push(0, 'arrival', pid);
  expect(drain(queue).map(({ pid }) => pid)).toEqual([5, 3, 9, 1]);
});

test('agrees with a stable sort, whatever is pushed between pops', () => {
  const table = EVENT_ORDER['arrivals-first'];
  const byOrder = (a: SimulationEvent, b: SimulationEvent) =>
    a.time - b.time || table.indexOf(a.class) - table.indexOf(b.class) || a.pid - b.pid;
  for (let seed = 0; seed < 50; seed++) {
    const random = seededRandom(seed);
    const queue = new EventQueue('arrivals-first');
    const popped: (SimulationEvent | undefined)[] = [];
    const expected: (SimulationEvent | undefined)[] = [];
    let pending: SimulationEvent[] = [];
    for (let step = 0; step < 200; step++) {
      if (random.below(3) === 0) {
        popped.push(queue.pop());
        expected.push(pending.shift());
        continue;
      }
      const event = {
        time: random.below(8),
        class: table[random.below(5)] ?? 'arrival',
        pid: step,
        core: -1,
      };
      queue.push(event.time, event.class, event.pid);
      pending = [...pending, event].toSorted(byOrder);
    }
    const order = (events: (SimulationEvent | undefined)[]) => events.map((event) => event?.pid);
    expect(order([...popped, ...drain(queue)]), `seed ${seed}`).toEqual(order([...expected, ...pending]));
  }
});

test('empty', () => {
  const queue = new EventQueue('requeue-first');
  expect(queue.pop()).toBeUndefined();
  expect(queue.nextTime).toBeUndefined();
});
