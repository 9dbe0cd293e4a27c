import { describe, expect, it } from 'vitest';
import { helpText, readCommandLine, UsageError } from './cli-options.js';
import { strategies } from './strategies/list.js';

const read = (line: string) => readCommandLine(line === '' ? [] : line.split(' '));

describe('readCommandLine', () => {
  it('reads every flag', () => {
    expect(
      read(
        'run --strategy none --buyers 4 --tickets 2 --think 5..20 --processes 3 --kill 1 --seed 7 --start forkserver --db x.json --json',
      ),
    ).toEqual({
      kind: 'run',
      json: true,
      options: {
        strategy: 'none',
        buyers: 4,
        tickets: 2,
        think: [5, 20],
        processes: 3,
        kill: 1,
        seed: 7,
        start: 'forkserver',
        database: 'x.json',
      },
    });
  });

  it('leaves out what is not given', () => {
    const { options } = read('compare') as { options: object };
    expect(Object.values(options).every((value) => value === undefined)).toBe(true);
  });

  it.each([
    ['run --think 10', [10, 10]],
    ['run --think 0..0.5', [0, 0.5]],
  ])('%s', (line, think) => {
    expect(read(line)).toMatchObject({ options: { think } });
  });

  it.each([
    ['--help', 'help'],
    ['run --help', 'help'],
    ['-h', 'help'],
    ['--version', 'version'],
    ['-v', 'version'],
  ])('%s', (line, kind) => {
    expect(read(line)).toEqual({ kind });
  });

  it.each([
    ['', /Say what to do: run or compare/],
    ['sell', /no command "sell"/],
    ['run now', /"now" is one argument too many/],
    ['run --bayers 3', /--bayers/],
    ['run --buyers', /--buyers/],
    ['run --buyers 0', /--buyers.*1 or more/],
    ['run --buyers ten', /--buyers is "ten"/],
    ['run --buyers 1e3', /--buyers is "1e3"/],
    ['run --tickets=-1', /--tickets is "-1"/],
    ['run --think 20..5', /--think.*shortest and the longest/],
    ['run --think 5-20', /--think is "5-20".*5\.\.20/],
    ['run --kill 11', /--kill.*only 10 buyers/],
    ['run --seed x', /--seed is "x"/],
    ['run --start fork', /--start: start is "fork"; give 'spawn' or 'forkserver'/],
    ['run --svg=', /--svg/],
    ['run --strategy hope', /--strategy.*"hope".*none, join, lock, file-lock, optimistic, queue/],
    ['run --db=', /--db.*path/],
    ['compare --strategy lock', /--strategy is for run/],
    ['compare --db x', /--db is for run/],
  ])('%s is refused', (line, problem) => {
    expect(() => read(line)).toThrow(UsageError);
    expect(() => read(line)).toThrow(problem);
  });
});

describe('helpText', () => {
  it('names every strategy and fits 80 columns', () => {
    for (const { name } of strategies) expect(helpText()).toContain(`\n                      ${name}\n`);
    expect(
      helpText()
        .split('\n')
        .filter((line) => line.length > 80),
    ).toEqual([]);
  });
});
