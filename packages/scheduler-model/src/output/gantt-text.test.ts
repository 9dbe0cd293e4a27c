import { expect, test } from 'vitest';
import { cpu, fcfs, io, renderGanttText, roundRobin, simulate } from '../index.js';

const lines = (...rows: string[]) => rows.map((row) => `${row}\n`).join('');

test('states, switching, I/O and the axis', () => {
  const run = simulate(
    [
      { name: 'long', script: [cpu(3), io(4), cpu(2)] },
      { name: 'b', arrival: 1, script: [cpu(4)] },
    ],
    { policy: roundRobin({ quantum: 2 }), machine: { contextSwitch: 1, unit: 'ms' } },
  );
  expect(renderGanttText(run)).toBe(
    lines(
      'round-robin(quantum 2), 1 core, time in ms',
      '      0         10',
      'long  +##...+#----+##',
      'b      ..+##..+##',
      '# running  + switching in  - blocked  . ready',
    ),
  );
});

test('several cores: the number of the core', () => {
  const run = simulate(
    ['a', 'b', 'c'].map((name, index) => ({ name, script: [cpu(2 + index)] })),
    { policy: fcfs(), machine: { cores: 2 } },
  );
  expect(renderGanttText(run)).toBe(
    lines(
      'fcfs, 2 cores, time in ticks',
      '   0',
      'a  00',
      'b  111',
      'c  ..0000',
      '0-9 running on that core  + switching in  - blocked  . ready',
    ),
  );
});

test('more ticks than columns: what most of a column was', () => {
  const run = simulate(
    [
      { name: 'a', script: [cpu(70)] },
      { name: 'b', script: [cpu(30)] },
    ],
    { policy: fcfs() },
  );
  expect(renderGanttText(run, { width: 10 })).toBe(
    lines(
      'fcfs, 1 core, time in ticks, 10 a column',
      '   0         100',
      'a  #######',
      'b  .......###',
      '# running  + switching in  - blocked  . ready',
    ),
  );
});

test('a stalled run is drawn to its end, an empty one without columns', () => {
  const stalled = simulate([{ name: 'a', script: [cpu(9)] }], {
    policy: roundRobin({ quantum: 1 }),
    maxEvents: 4,
  });
  expect(renderGanttText(stalled)).toContain('a  ###\n');
  expect(renderGanttText(simulate([], { policy: fcfs() }))).toContain('fcfs, 1 core');
});

test('a width that is none', () => {
  const run = simulate([], { policy: fcfs() });
  expect(() => renderGanttText(run, { width: 0 })).toThrow('renderGanttText(options).width is 0');
});
