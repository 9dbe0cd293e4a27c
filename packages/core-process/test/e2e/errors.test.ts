/** What is thrown in a child comes back whole. */
import { fileURLToPath } from 'node:url';
import { runProgram } from '@tooling/testkit';
import { Process, type ExitRecord } from 'core-process';
import { expect, it } from 'vitest';
import * as tasks from '../programs/tasks.mjs';

async function thrownBy(
  target: () => unknown,
): Promise<{ error: Error & Record<string, unknown>; exit: ExitRecord | undefined }> {
  const child = new Process({ target, stdio: 'ignore' }).start();
  await child.join();
  const error = await child.result.then(
    () => expect.unreachable('it threw'),
    (thrown: unknown) => thrown as Error & Record<string, unknown>,
  );
  return { error, exit: child.exit };
}

it('class, name, message, code, own properties, cause and remote stack', async () => {
  const { error, exit } = await thrownBy(tasks.throwTicket);
  expect(error).toBeInstanceOf(tasks.TicketError);
  expect(error).toBeInstanceOf(RangeError);
  expect(error).toMatchObject({
    name: 'TicketError',
    message: 'seat 7 is taken',
    code: 'ERR_TAKEN',
    seat: 7,
  });
  expect(error.stack).toContain('at throwTicket (file://');
  expect(error.cause).toBeInstanceOf(TypeError);
  expect(error.cause).toMatchObject({ message: 'no such row', cause: 'a string' });
  expect(exit).toMatchObject({ exitCode: 1, signal: null, reason: 'threw' });
});

it('a class that is not exported: its name, and what of it can be sent', async () => {
  const { error } = await thrownBy(tasks.throwHidden);
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({ name: 'HiddenError', message: 'hidden', detail: { a: 1 } });
  expect(error['callback']).toMatch(/Function: callback/);
});

it('an AggregateError with its errors', async () => {
  const { error } = await thrownBy(tasks.throwMany);
  expect(error).toBeInstanceOf(AggregateError);
  const [one, ticket] = error['errors'] as Error[];
  expect(one?.message).toBe('one');
  expect(ticket).toBeInstanceOf(tasks.TicketError);
});

it.each([
  ['thrown', tasks.throwLater, 9],
  ['rejected', tasks.rejectLater, 10],
])('an error %s outside the target', async (_, target, seat) => {
  const { error, exit } = await thrownBy(target);
  expect(error).toBeInstanceOf(tasks.TicketError);
  expect(error['seat']).toBe(seat);
  expect(exit).toMatchObject({ exitCode: 1, reason: 'threw' });
});

it('a target that waits for what can\u2019t come', async () => {
  const { error, exit } = await thrownBy(tasks.never);
  expect(error).toMatchObject({ code: 'ERR_TARGET_NEVER_SETTLED' });
  expect(exit).toMatchObject({ exitCode: 13 });
});

it('a killed process: which signal, which pid', async () => {
  const child = new Process({ target: tasks.forever, name: 'victim', stdio: 'ignore' }).start();
  child.kill();
  await expect(child.result).rejects.toMatchObject({
    code: 'ERR_PROCESS_KILLED',
    signal: 'SIGKILL',
    pid: child.pid,
  });
  await child.join();
});

it.each([
  ['function', 'true Error no ticket is left\n'],
  // Its class can't be had from a module that waits for this very error.
  ['url', 'false SoldOut no ticket is left\n'],
])('a module in a top-level await gets its error, target by %s', async (kind, expected) => {
  const program = fileURLToPath(new URL('../programs/top-level-await.mjs', import.meta.url));
  const { stdout, stderr, exitCode } = await runProgram([program, kind]);
  expect({ stdout, stderr, exitCode }).toEqual({ stdout: expected, stderr: '', exitCode: 0 });
});
