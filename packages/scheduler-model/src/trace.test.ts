import { expect, test } from 'vitest';
import { REASON_INDEX } from './process-state.js';
import { TraceColumns } from './trace.js';

test('rows are kept as written, however many', () => {
  const trace = new TraceColumns();
  for (let row = 0; row < 1000; row++) trace.append(row * 2 ** 42, row, REASON_INDEX.dispatch, row % 7);
  expect(trace.length).toBe(1000);
  for (const [row, transition] of [...trace].entries()) {
    expect(transition).toEqual({
      time: row * 2 ** 42,
      pid: row,
      core: row % 7,
      from: 'ready',
      to: 'running',
      reason: 'dispatch',
    });
  }
});

test('where no core has part, none is named; past the end there is nothing', () => {
  const trace = new TraceColumns();
  trace.append(3, 1, REASON_INDEX['io-done']);
  expect(trace.at(0)).toEqual({
    time: 3,
    pid: 1,
    core: undefined,
    from: 'blocked',
    to: 'ready',
    reason: 'io-done',
  });
  expect([trace.at(1), trace.at(-1), trace.at(0.5)]).toEqual([undefined, undefined, undefined]);
});
