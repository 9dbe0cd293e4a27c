import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';

/** How a program ended and what it wrote. */
export interface ProgramResult {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program that was started by a test and is killed with it, if it is still there. */
export interface RunningProgram {
  readonly child: ChildProcess;
  readonly pid: number;
  /** Resolves when stdout has had a line that fits; rejects when the program ends without one. */
  line(pattern: RegExp): Promise<RegExpMatchArray>;
  readonly ended: Promise<ProgramResult>;
}

/**
 * Starts `node` with the given arguments.
 *
 * @param whenFinished - of a test that runs beside others its own `onTestFinished`
 */
export function spawnProgram(
  args: readonly string[],
  options: SpawnOptions = {},
  whenFinished: (kill: () => void) => void = onTestFinished,
): RunningProgram {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  let stdout = '';
  let stderr = '';
  const changed = new Set<() => void>();
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    for (const look of changed) look();
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = once(child, 'close').then(
    ([exitCode, signal]): ProgramResult => ({ exitCode, signal, stdout, stderr }),
  );
  whenFinished(() => {
    child.kill('SIGKILL');
  });
  return {
    child,
    pid: child.pid as number,
    ended,
    line(pattern) {
      return new Promise((resolve, reject) => {
        const look = () => {
          const match = stdout
            .split('\n')
            .map((text) => text.match(pattern))
            .find((found) => found !== null);
          if (match === undefined) return;
          changed.delete(look);
          resolve(match);
        };
        changed.add(look);
        look();
        void ended.then((result) =>
          reject(new Error(`The program ended before it wrote ${pattern}: ${JSON.stringify(result)}`)),
        );
      });
    },
  };
}

/** Runs `node` with the given arguments to its end. */
export function runProgram(...args: Parameters<typeof spawnProgram>): Promise<ProgramResult> {
  return spawnProgram(...args).ended;
}
