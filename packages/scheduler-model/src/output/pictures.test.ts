import { describe, expect, test } from 'vitest';
import {
  compare,
  cpu,
  fcfs,
  fork,
  io,
  mlfq,
  modes,
  type Run,
  renderComparisonSvg,
  renderComparisonText,
  renderGanttSvg,
  renderStateDiagramSvg,
  roundRobin,
  simulate,
  slicesOf,
  toChromeTrace,
  toFtraceText,
  toKernelEvents,
  wait,
} from '../index.js';

const small = simulate(
  [
    { name: 'a <&> "b"', script: [fork({ name: 'child', script: [cpu(2)] }), cpu(5), io(4), cpu(2), wait()] },
    { name: 'b\u0000', arrival: 1, script: [cpu(5)] },
  ],
  { policy: roundRobin({ quantum: 2 }), machine: { contextSwitch: 1, unit: 'ms', cores: 2 } },
);
const large = simulate(
  Array.from({ length: 300 }, (_, index) => ({
    name: `p${index}`,
    script: [cpu(5 + (index % 9)), io(20), cpu(7)],
  })),
  { policy: mlfq({ quanta: [2, 4] }), machine: { cores: 8 } },
);

/** Every tag closed, in order, and nothing that XML forbids. */
function wellFormed(svg: string): void {
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  expect(svg).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]|NaN|undefined|Infinity/);
  const open: string[] = [];
  for (const [, close, name = '', attributes = '', self] of svg.matchAll(
    /<(\/?)([a-z]+)((?:\s+[\w:-]+=(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/gi,
  )) {
    const closed = close === '/' ? open.pop() : name;
    expect(closed).toBe(name);
    if (close !== '/' && self !== '/') open.push(name);
    expect(attributes.replaceAll(/&(amp|lt|gt|quot|#39);/g, '')).not.toContain('&');
  }
  expect(open).toEqual([]);
  expect(svg.replaceAll(/<[^>]*>/g, '')).not.toMatch(/<|&(?!(amp|lt|gt|quot|#39);)/);
}

describe('SVG', () => {
  test.each([
    ['small', small],
    ['large', large],
    ['empty', simulate([], { policy: fcfs() })],
    [
      'stalled',
      simulate([{ name: 'a', script: [cpu(9)] }], { policy: roundRobin({ quantum: 1 }), maxEvents: 4 }),
    ],
  ])('%s: well formed, whatever names are', (_name, run) => {
    expect(() => [renderGanttSvg(run), renderStateDiagramSvg(run)].forEach(wellFormed)).not.toThrow();
  });

  test('a row a process and a row a core, a legend of what occurs, of a size that does not explode', () => {
    const picture = renderGanttSvg(small);
    expect(picture).toContain('a &lt;&amp;&gt; &quot;b&quot;');
    for (const word of ['core 0', 'core 1', 'running', 'switching in', 'blocked'])
      expect(picture).toContain(`>${word}<`);
    expect(renderGanttSvg(large).length).toBeLessThan(400_000);
    expect(renderGanttSvg(large)).toContain('viewBox="0 0 960');
  });

  test('the diagram counts what the trace has', () => {
    const picture = renderStateDiagramSvg(small, { process: 'child' });
    expect(picture).toContain('waited for <tspan font-weight="600">1×</tspan>');
    expect(picture).not.toContain('waits <tspan');
  });
});

test('comparison: by name, in order, the best marked', () => {
  const comparison = compare(
    [
      { name: 'A', script: [cpu(4), io(4), cpu(4)] },
      { name: 'B', script: [cpu(8)] },
    ],
    modes({ quantum: 4 }),
  );
  expect(comparison.runs.map(({ name, run }) => [name, run.metrics.makespan])).toEqual([
    ['serial', 20],
    ['concurrent', 16],
    ['parallel', 12],
  ]);
  expect(renderComparisonText(comparison).split('\n')[3]).toMatch(/^parallel +12 +10 +0 +0 +2 +0.67 +1$/);
  wellFormed(renderComparisonSvg(comparison));
});

describe('Chrome trace', () => {
  // Fields by phase as in "Trace Event Format", Google: M has a name and args, X a time and a duration.
  const check = (run: Run): void => {
    const { traceEvents } = toChromeTrace(run);
    const tracks = new Map<string, [number, number][]>();
    for (const event of traceEvents) {
      expect(Number.isInteger(event.pid) && Number.isInteger(event.tid) && Number.isFinite(event.ts)).toBe(
        true,
      );
      if (event.ph === 'M')
        expect(['process_name', 'thread_name', 'thread_sort_index']).toContain(event.name);
      else {
        expect(event.dur).toBeGreaterThan(0);
        const key = `${event.pid} ${event.tid}`;
        tracks.set(key, [...(tracks.get(key) ?? []), [event.ts, event.ts + (event.dur as number)]]);
      }
    }
    const named = traceEvents
      .filter(({ name }) => name === 'thread_name')
      .map(({ pid, tid }) => `${pid} ${tid}`);
    expect(new Set(named).size).toBe(run.machine.cores + run.processes.length);
    for (const [key, list] of tracks) {
      expect(named).toContain(key);
      const sorted = list.toSorted(([a], [b]) => a - b);
      for (const [index, [from]] of sorted.entries()) {
        expect(from).toBeGreaterThanOrEqual(sorted[index - 1]?.[1] ?? 0);
      }
    }
  };

  test('a track for each core and each process, each with one thing at a time', () => {
    check(small);
    check(large);
    expect(() => JSON.parse(JSON.stringify(toChromeTrace(small)))).not.toThrow();
  });

  test('a tick of 1 ms is 1000 µs', () => {
    const first = toChromeTrace(small).traceEvents.find(({ name }) => name === 'running');
    expect(first).toMatchObject({ ts: 1000, dur: 2000 });
  });
});

describe('kernel events', () => {
  test('each core goes from one to the next without a break, and tells why each left', () => {
    for (const run of [small, large]) {
      const now = new Map<number, number>();
      for (const { core, name, fields } of toKernelEvents(run)) {
        if (name !== 'sched_switch') continue;
        expect(fields['prev_pid']).toBe(now.get(core) ?? 0);
        now.set(core, fields['next_pid'] as number);
      }
      expect([...now.values()].every((pid) => pid === 0)).toBe(true);
    }
    const reasons = toKernelEvents(small).filter(
      ({ name, fields }) => name === 'sched_switch' && fields['prev_pid'] !== 0,
    );
    expect(new Set(reasons.map(({ fields }) => fields['prev_state']))).toEqual(new Set(['R', 'D', 'Z', 'X']));
  });

  test('as many switches to a process as the model counts, where none is resumed on its own core', () => {
    const switches = toKernelEvents(large).filter(
      ({ name, fields }) => name === 'sched_switch' && fields['next_pid'] !== 0,
    );
    expect(switches.length).toBeGreaterThanOrEqual(large.metrics.contextSwitches);
    expect(switches.length).toBeLessThanOrEqual(slicesOf(large.trace).length);
  });

  test('ftrace text: a line an event, as the kernel prints it', () => {
    const lines = toFtraceText(small)
      .trimEnd()
      .split('\n')
      .filter((line) => !line.startsWith('#'));
    expect(lines.length).toBe(toKernelEvents(small).length);
    for (const line of lines)
      expect(line).toMatch(/^ *\S+-\d+ +\[\d{3}\] \S{5} +\d+\.\d{6}: sched_\w+: \w+=/);
  });
});
