/** Another process that holds a lock, for tests. */
import { fileURLToPath } from 'node:url';
import { type RunningProgram, spawnProgram } from '@tooling/testkit';

export const program = (name: string): string =>
  fileURLToPath(new URL(`./programs/${name}`, import.meta.url));

export interface HolderProgram extends RunningProgram {
  tell(line: 'release' | 'exit'): void;
  /** Resolves once it holds the lock. */
  granted(): Promise<{ token: string; abandoned: { pid: number; since: number; token: string } | null }>;
}

/** @param args - of programs/hold.mjs */
export function startHolder(args: readonly string[], env: NodeJS.ProcessEnv = {}): HolderProgram {
  const running = spawnProgram([program('hold.mjs'), ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  return {
    ...running,
    tell(line) {
      running.child.stdin?.write(`${line}\n`);
    },
    async granted() {
      const [, token = '', abandoned = ''] = await running.line(/^granted (\S+) (.*)$/);
      return { token, abandoned: JSON.parse(abandoned) };
    },
  };
}
