import { describe, expect, it } from 'vitest';
import type { MeasuredProcess } from '../../protocol.js';
import { predictSide, readMeasured, takenByOthers, without } from './prediction.js';

const measured = (fields: Partial<MeasuredProcess>): MeasuredProcess => ({
  name: 'A',
  pid: 1,
  end: 0,
  running: [],
  blocked: [],
  voluntary: 0,
  involuntary: 0,
  ...fields,
});

describe('predictSide', () => {
  it('shares a core evenly, as Linux does: the short one ends when twice its work is done', () => {
    const { ends, chart, switches } = predictSide(
      [
        { name: 'long', steps: [400] },
        { name: 'short', steps: [200] },
      ],
      2,
    );
    const [long = 0, short = 0] = ends;
    // To within one tick of the timer, and the cost of switching.
    expect(Math.abs(long - 600)).toBeLessThan(5);
    expect(Math.abs(short - 400)).toBeLessThan(8);
    expect(chart.to).toBe(long);
    expect(switches.every((count) => count > 0)).toBe(true);
  });

  it('lets others compute while one waits', () => {
    const { ends } = predictSide(
      [
        { name: 'computes', steps: [100] },
        { name: 'waits', steps: [10, 200, 10] },
      ],
      2,
    );
    expect(ends[0]).toBeLessThan(125);
    expect(ends[1]).toBeGreaterThan(220);
  });
});

describe('what was measured', () => {
  // A has the core from 0 to 10 and from 15 to 20; B waits from 0 to 12, is ready then, and has it from 20 to 30.
  const processes = [
    measured({
      name: 'A',
      end: 20,
      running: [
        [0, 10],
        [15, 20],
      ],
    }),
    measured({ name: 'B', end: 30, running: [[20, 30]], blocked: [[0, 12]] }),
  ];

  it('takes what others had when one was ready and none was on the core', () => {
    expect(takenByOthers(processes)).toEqual([[10, 15]]);
  });

  it('takes off what others had while each was ready', () => {
    const { taken, ends, undisturbed } = readMeasured(processes);
    expect({ taken, ends, undisturbed }).toEqual({ taken: 5, ends: [20, 30], undisturbed: [15, 27] });
  });

  it('is ready when it neither runs nor waits', () => {
    const { chart } = readMeasured(processes);
    expect(chart.rows[1]?.stretches).toEqual([
      { from: 0, to: 12, paint: 'blocked' },
      { from: 12, to: 20, paint: 'ready' },
      { from: 20, to: 30, paint: 'running' },
    ]);
    expect(chart.to).toBe(30);
  });

  it('takes nothing while all of them wait', () => {
    expect(takenByOthers([measured({ end: 10, running: [[0, 2]], blocked: [[2, 10]] })])).toEqual([]);
  });
});

describe('without', () => {
  it.each([
    [[[0, 10]], [], [[0, 10]]],
    [
      [[0, 10]],
      [
        [2, 4],
        [6, 12],
      ],
      [
        [0, 2],
        [4, 6],
      ],
    ],
    [
      [
        [0, 3],
        [5, 8],
      ],
      [[1, 6]],
      [
        [0, 1],
        [6, 8],
      ],
    ],
    [[[0, 3]], [[0, 3]], []],
  ] as const)('%j without %j is %j', (stretches, covers, left) => {
    expect(without(stretches, covers)).toEqual(left);
  });
});
