import { describe, expect, it } from 'vitest';
import { inheritedExecArgv } from './process-options.js';

describe('inheritedExecArgv', () => {
  it.each([
    [
      ['--import', 'tsx', '--no-warnings'],
      ['--import', 'tsx', '--no-warnings'],
    ],
    [['--inspect', '--inspect-brk=0', '--inspect-port=9'], []],
    [['--watch', '--watch-path=src', '--test', '--test-only'], []],
    [['-e', 'start()', '--expose-gc'], ['--expose-gc']],
    [['--eval=start()', '--input-type=module', '--stack-size=900'], ['--stack-size=900']],
    [
      ['--max-old-space-size', '64'],
      ['--max-old-space-size', '64'],
    ],
  ])('%j gives %j', (given, expected) => {
    expect(inheritedExecArgv(given)).toEqual(expected);
  });
});
