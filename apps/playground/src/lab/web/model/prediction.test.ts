import { describe, expect, it } from 'vitest';
import type { MeasuredProcess } from '../../protocol.js';
import { predict, readMeasured, takenByOthers, without } from './prediction.js';

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

describe('predict', () => {
  it('shares a core by round robin', () => {
    const { ends, chart } = predict([
      { name: 'long', steps: [8] },
      { name: 'waits', steps: [4, 10, 4] },
    ]);
    expect(ends).toEqual([12, 22]);
    expect(chart.rows[0]?.stretches).toEqual([
      { from: 0, to: 4, paint: 'running' },
      { from: 4, to: 8, paint: 'ready' },
      { from: 8, to: 12, paint: 'running' },
    ]);
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

  it('takes off what others had until each one’s end', () => {
    const { taken, ends, undisturbed } = readMeasured(processes);
    expect({ taken, ends, undisturbed }).toEqual({ taken: 5, ends: [20, 30], undisturbed: [15, 25] });
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
