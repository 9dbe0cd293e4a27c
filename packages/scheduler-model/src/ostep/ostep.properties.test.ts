// The engine against loops over ticks, over random command lines: what the recorded cases leave out.

import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { mlfqTicks, multiTicks, processRunTicks } from '../../test/reference/ostep-ticks.js';
import { drawsOf } from './draws.js';
import { runMlfq, runMulti, runProcessRun } from './index.js';

const upTo = (max: number) => fc.integer({ min: 0, max });
const from1 = (max: number) => fc.integer({ min: 1, max });

test('mlfq', () => {
  const queues = from1(4).chain((n) => {
    const each = (arbitrary: fc.Arbitrary<number>) => fc.array(arbitrary, { minLength: n, maxLength: n });
    return fc.record({ quanta: each(from1(6)), allotments: each(upTo(3)) });
  });
  const jobs = fc.array(fc.record({ startTime: upTo(12), runTime: from1(20), ioFreq: upTo(5) }), {
    minLength: 1,
    maxLength: 5,
  });
  const flags = fc.record({ boost: upTo(15), iotime: upTo(6), stay: fc.boolean(), iobump: fc.boolean() });
  fc.assert(
    fc.property(queues, jobs, flags, ({ quanta, allotments }, specs, given) => {
      const list = specs.map((spec, job) => ({ job, ...spec }));
      const options = {
        seed: 0,
        numQueues: quanta.length,
        quantum: 0,
        allotment: 0,
        numJobs: 0,
        maxlen: 0,
        maxio: 0,
        jlist: '',
        quantumList: quanta.join(','),
        allotmentList: allotments.join(','),
        ...given,
      };
      expect(runMlfq(list, options)).toMatchObject(mlfqTicks(list, options));
    }),
    { numRuns: 2000 },
  );
});

test('process-run', () => {
  const program = fc.array(fc.constantFrom('c', 'id', 'cc'), { maxLength: 5 }).map((parts) => parts.join(''));
  const flags = fc.record({
    iolength: upTo(4),
    switch: fc.constantFrom('SWITCH_ON_IO', 'SWITCH_ON_END'),
    iodone: fc.constantFrom('IO_RUN_LATER', 'IO_RUN_IMMEDIATE'),
  });
  fc.assert(
    fc.property(fc.array(program, { minLength: 1, maxLength: 5 }), flags, (programs, given) => {
      const list = programs.map((instructions, pid) => ({ pid, instructions }));
      const options = { seed: 0, program: '', processlist: '', ...given };
      expect(runProcessRun(list, options)).toMatchObject(processRunTicks(list, options));
    }),
    { numRuns: 1500 },
  );
});

test('multi', () => {
  const job = fc.record({
    runTime: upTo(25),
    workingSet: upTo(30),
    affinity: fc.constantFrom<number[]>([], [], [], [0], [1], [3], [0, 1], [1, 2]),
  });
  const flags = fc.record({
    seed: upTo(1000),
    num_cpus: from1(4),
    rand_order: fc.boolean(),
    per_cpu_queues: fc.boolean(),
    quantum: from1(7),
    peek_interval: upTo(6),
    warmup_time: upTo(5),
    warm_rate: from1(3),
    cache_size: upTo(60),
  });
  fc.assert(
    fc.property(fc.array(job, { minLength: 1, maxLength: 6 }), flags, (specs, given) => {
      const { num_cpus: cpus, peek_interval: peek } = given;
      const list = specs.map(({ affinity, ...spec }, index) => ({
        name: String.fromCodePoint(97 + index),
        ...spec,
        // A processor that is not there would be waited for without end.
        affinity: affinity.filter((cpu) => cpu < cpus),
      }));
      const options = {
        job_num: 0,
        max_run: 0,
        max_wset: 0,
        job_list: '',
        affinity: '',
        ...given,
        // Alone, a processor has nobody to steal from: the original fails.
        peek_interval: cpus === 1 ? 0 : peek,
      };
      const expected = multiTicks(list, options, drawsOf(options.seed, undefined));
      // A job stolen to where it may not run hangs the original.
      fc.pre(expected.finishedTime < 5000);
      const result = runMulti(list, options);
      const spread = <T>(changes: readonly (readonly [number, T])[]): T[] =>
        Array.from(
          { length: result.finishedTime },
          (_, tick) => changes.findLast(([since]) => since <= tick)?.[1] as T,
        );
      expect({
        finishedTime: result.finishedTime,
        cpu: result.cpu,
        timeLeft: result.timeLeft,
        warm: result.warmAfterTick.map((changes) => spread(changes).map((names) => names.join())),
        queues: spread(result.queuesAfterTick).map((queues) => queues.map((names) => names.join()).join('|')),
      }).toEqual(expected);
    }),
    { numRuns: 2000 },
  );
});
