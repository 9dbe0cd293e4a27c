import { expect, test } from 'vitest';
import { EVENT, EVENT_CLASSES, EVENT_ORDER, type EventClass, EventQueue } from './event-queue.js';
import { seededRandom } from './random.js';

interface Taken {
  readonly time: number;
  readonly class: EventClass;
  readonly subject: number;
}

function take(queue: EventQueue): Taken | undefined {
  return queue.pop()
    ? { time: queue.time, class: EVENT_CLASSES[queue.class] as EventClass, subject: queue.subject }
    : undefined;
}

function drain(queue: EventQueue): Taken[] {
  const events: Taken[] = [];
  for (let event = take(queue); event !== undefined; event = take(queue)) events.push(event);
  return events;
}

test.each(['requeue-first', 'arrivals-first'] as const)('%s: same tick, the order of the table', (rule) => {
  const queue = new EventQueue(rule);
  for (const name of EVENT_ORDER['requeue-first'].toReversed()) queue.push(7, EVENT_CLASSES.indexOf(name), 1);
  expect(drain(queue).map((event) => event.class)).toEqual(EVENT_ORDER[rule]);
});

test('same tick and class: the order of insertion', () => {
  const queue = new EventQueue('requeue-first');
  for (const pid of [5, 3, 9, 1]) queue.push(0, EVENT.arrival, pid);
  expect(drain(queue).map(({ subject }) => subject)).toEqual([5, 3, 9, 1]);
});

test('agrees with a stable sort, whatever is pushed between pops', () => {
  const table = EVENT_ORDER['arrivals-first'];
  const byOrder = (a: Taken, b: Taken) =>
    a.time - b.time || table.indexOf(a.class) - table.indexOf(b.class) || a.subject - b.subject;
  for (let seed = 0; seed < 50; seed++) {
    const random = seededRandom(seed);
    const queue = new EventQueue('arrivals-first');
    const popped: (Taken | undefined)[] = [];
    const expected: (Taken | undefined)[] = [];
    let pending: Taken[] = [];
    for (let step = 0; step < 300; step++) {
      if (random.below(3) === 0) {
        popped.push(take(queue));
        expected.push(pending.shift());
        continue;
      }
      const event = {
        time: random.below(8),
        class: table[random.below(table.length)] ?? 'arrival',
        subject: step,
      };
      queue.push(event.time, EVENT_CLASSES.indexOf(event.class), event.subject);
      pending = [...pending, event].toSorted(byOrder);
    }
    const order = (events: (Taken | undefined)[]) => events.map((event) => event?.subject);
    expect(order([...popped, ...drain(queue)]), `seed ${seed}`).toEqual(order([...expected, ...pending]));
  }
});

test('empty', () => {
  const queue = new EventQueue('requeue-first');
  expect(queue.pop()).toBe(false);
  expect(queue.nextTime).toBe(Infinity);
});
