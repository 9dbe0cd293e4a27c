/** Another process that does with an object what a test tells it to. */
import { type RunningProgram, spawnProgram } from '@tooling/testkit';
import { addressOf } from './handed-over.js';
import { program } from './holder-program.js';

export interface Actor extends RunningProgram {
  /** What the method gives over there; rejects with an error of the same code. */
  call(method: string, ...args: unknown[]): Promise<unknown>;
  /** The same, once the call has begun. */
  begin(method: string, ...args: unknown[]): Promise<{ readonly answer: Promise<unknown> }>;
}

export async function startActor(object: object): Promise<Actor> {
  const running = spawnProgram([program('act.mjs'), addressOf(object)], { stdio: ['pipe', 'pipe', 'pipe'] });
  await running.line(/^ready$/);
  let last = 0;
  const tell = (method: string, args: unknown[]): number => {
    const id = ++last;
    running.child.stdin?.write(`${JSON.stringify([id, method, ...args])}\n`);
    return id;
  };
  const answer = async (id: number): Promise<unknown> => {
    const [, text = ''] = await running.line(new RegExp(`^${id} (.*)$`));
    const { value, code, pid } = JSON.parse(text) as { value?: unknown; code?: string; pid?: number };
    if (code !== undefined) throw Object.assign(new Error(code), { code, pid });
    return value;
  };
  return {
    ...running,
    call: (method, ...args) => answer(tell(method, args)),
    begin: async (method, ...args) => {
      const id = tell(method, args);
      const answered = answer(id);
      // Whoever began it may look at the answer later, or never.
      answered.catch(() => undefined);
      await running.line(new RegExp(`^asked ${id}$`));
      return { answer: answered };
    },
  };
}
