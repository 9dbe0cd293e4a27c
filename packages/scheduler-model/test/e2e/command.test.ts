// The command as a user has it: the built file, a workload from a file, files written.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const command = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
let folder = '';

const run = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
};
const write = (name: string, content: unknown) =>
  writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
const read = (name: string) => readFileSync(join(folder, name), 'utf8');

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'scheduler-model-command-'));
  write('workload.json', [
    {
      name: 'a',
      script: [
        { kind: 'cpu', ticks: 6 },
        { kind: 'io', ticks: 4 },
        { kind: 'cpu', ticks: 2 },
      ],
    },
    { name: 'b', arrival: 1, script: [{ kind: 'cpu', ticks: 5 }] },
  ]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('run: a chart, a table and what they add up to', () => {
  const { status, stdout } = run('run', 'workload.json', '--policy', 'rr', '--quantum', '2');
  expect(status).toBe(0);
  expect(stdout).toContain('a  ##..##..##----##\nb   .##..##..#\n');
  expect(stdout).toContain('makespan 16, utilization 81 %');
});

test('run: one object, and files', () => {
  const files = [
    '--svg',
    'run.svg',
    '--states',
    'states.svg',
    '--trace',
    'trace.json',
    '--ftrace',
    'trace.txt',
  ];
  const { status, stdout } = run('run', 'workload.json', '--cores', '2', '--json', ...files);
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    outcome: 'completed',
    machine: { cores: 2 },
    metrics: { makespan: 12 },
  });
  expect(read('run.svg')).toContain('<svg');
  expect(read('states.svg')).toContain('ready');
  expect(JSON.parse(read('trace.json'))).toHaveProperty('traceEvents');
  expect(read('trace.txt')).toContain('sched_switch');
});

test('compare: every policy, or those named', () => {
  expect(run('compare', 'workload.json').stdout.trimEnd().split('\n')).toHaveLength(14);
  const { stdout } = run(
    'compare',
    'workload.json',
    '--policy',
    'fcfs,srtf',
    '--json',
    '--svg',
    'compare.svg',
  );
  expect(JSON.parse(stdout)).toMatchObject({ runs: [{ name: 'fcfs' }, { name: 'srtf' }] });
  expect(read('compare.svg')).toContain('srtf');
});

test('a run that stalls says who waits for whom, by status 1', () => {
  const lock = (name: string) => ({ kind: 'lock', name });
  write('stuck.json', [
    { name: 'a', script: [lock('m'), { kind: 'cpu', ticks: 2 }, lock('n')] },
    { name: 'b', script: [lock('n'), { kind: 'cpu', ticks: 2 }, lock('m')] },
  ]);
  const { status, stdout } = run('run', 'stuck.json', '--quantum', '1');
  expect(status).toBe(1);
  expect(stdout).toContain('Stalled by deadlock: a waits for lock n of b, b waits for lock m of a.');
});

test.each([
  [['run', 'workload.json', '--policy', 'best'], '--policy is "best"; give one of serial, fcfs'],
  [['run', 'workload.json', '--cores', '0'], 'machine.cores is 0; give an integer of 1 or more.'],
  [['run', 'workload.json', '--quantum', 'x'], '--quantum is "x"; give a whole number.'],
  [['run', 'nowhere.json'], 'nowhere.json could not be read'],
  [['run'], 'Give a command, run or compare, and one file.'],
  [['run', 'workload.json', '--speed', '3'], "Unknown option '--speed'"],
])('%j is refused by status 2', (args, message) => {
  const { status, stdout, stderr } = run(...args);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toContain(message);
});
