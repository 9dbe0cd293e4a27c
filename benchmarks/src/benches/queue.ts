/** Messages a second from this process into a child, and a round trip to it and back. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Process, Queue } from 'core-process';
import { median, type Measurement, runBench, type Subject } from '../harness.js';
import { programs } from '../program-urls.js';
import { pythonSubject } from '../python.js';

const MESSAGES = 100_000;
const ROUND_TRIPS = 2000;

const task = (name: string) => new URL(`queue-tasks.mjs#${name}`, programs);
const message = (id: number) => ({ id, name: 'message' });

async function measure(
  sendAll: () => Promise<unknown>,
  roundTrip: (id: number) => Promise<unknown>,
): Promise<Measurement[]> {
  const began = performance.now();
  await sendAll();
  const perSecond = (MESSAGES / (performance.now() - began)) * 1000;
  const times: number[] = [];
  for (let id = 0; id < ROUND_TRIPS; id++) {
    const sent = performance.now();
    await roundTrip(id);
    times.push((performance.now() - sent) * 1000);
  }
  return [
    { metric: 'into a child', unit: 'messages/s', value: perSecond },
    { metric: 'round trip, p50', unit: 'µs', value: median(times) },
  ];
}

function ours(): Subject {
  const [jobs, results, there, back] = Array.from({ length: 4 }, () => new Queue()) as [
    Queue,
    Queue,
    Queue,
    Queue,
  ];
  let children: Process<never[]>[] | undefined;
  const start = () => [
    new Process({ target: task('consume'), args: [jobs, results, MESSAGES] as never, daemon: true }).start(),
    new Process({ target: task('bounce'), args: [there, back] as never, daemon: true }).start(),
  ];
  return {
    name: 'core-process Queue',
    measure: async () => {
      children ??= start();
      return await measure(
        async () => {
          for (let id = 0; id < MESSAGES; id++) await jobs.put(message(id));
          await results.get();
        },
        async (id) => {
          await there.put(message(id));
          await back.get();
        },
      );
    },
    close: async () => {
      for (const child of children ?? []) child.terminate();
      for (const child of children ?? []) await child.join();
      for (const queue of [jobs, results, there, back]) queue.close();
    },
  };
}

function ipc(serialization: 'json' | 'advanced'): Subject {
  const child = fork(fileURLToPath(new URL('queue-ipc.mjs', programs)), { serialization });
  return {
    name: `Node IPC, ${serialization}`,
    measure: () =>
      measure(
        async () => {
          const answered = once(child, 'message');
          for (let id = 0; id < MESSAGES; id++) {
            const content = { count: MESSAGES, message: message(id) };
            // As a queue does it: whoever sends faster than is taken waits now and then.
            if (id % 100 !== 99) child.send(content);
            else await new Promise((resolve) => child.send(content, resolve));
          }
          await answered;
        },
        async (id) => {
          child.send({ bounce: true, message: message(id) });
          await once(child, 'message');
        },
      ),
    close: () => child.kill(),
  };
}

const python = pythonSubject('python Queue', 'queue_messages.py', [String(MESSAGES), String(ROUND_TRIPS)]);

await runBench({
  bench: 'queue',
  rounds: 5,
  warmUp: 2,
  subjects: [ours(), ipc('json'), ipc('advanced'), python],
  ratios: ['Node IPC, json', 'Node IPC, advanced', python.name].flatMap((peer) => [
    { metric: 'into a child', ours: 'core-process Queue', peer, target: 1, bound: 'at least' as const },
    { metric: 'round trip, p50', ours: 'core-process Queue', peer, target: 1, bound: 'at most' as const },
  ]),
});
