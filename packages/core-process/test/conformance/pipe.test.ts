/**
 * CPython's _TestConnection, _TestPoll, _TestPicklingConnections and TestWait (Lib/test/_test_multiprocessing.py), for
 * every start method, and what must be true beyond them. Each case names the one it follows.
 */
import { readFileSync } from 'node:fs';
import { waitFor } from '@tooling/testkit';
import {
  type Connection,
  Pipe,
  type PipeOptions,
  Process,
  Pool,
  startMethods,
  wait,
  stopForkServer,
} from 'core-process';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import * as tasks from '../programs/pipe-tasks.mjs';
import { echo } from '../programs/pool-tasks.mjs';

const codeOf = (error: unknown) => (error as { code: string }).code;

function makePipe<T = unknown>(options?: PipeOptions): [Connection<T>, Connection<T>] {
  const ends = Pipe<T>(options);
  onTestFinished(() => {
    for (const end of ends) end.close();
  });
  return ends;
}

afterAll(stopForkServer);

describe.each(startMethods())('start method %s', (startMethod) => {
  function start(target: (...args: never[]) => unknown, args: unknown[]): Process<never[]> {
    const child = new Process({ target, args: args as never, stdio: 'pipe', startMethod }).start();
    onTestFinished(async () => {
      child.kill();
      await child.join();
    });
    return child;
  }

  describe('_TestConnection', () => {
    it('test_connection: values there and back, large ones and undefined too; then the end', async () => {
      const [here, there] = makePipe();
      const child = start(tasks.echoAll, [there]);
      const values = ['', 0, undefined, null, { a: [1, new Map([[1, new Date(1)]])] }];
      for (const value of values) {
        await here.send(value);
        expect(await here.recv()).toEqual(value);
      }
      const large = Buffer.alloc(16 << 20, 7);
      await here.send(large);
      expect(large.equals((await here.recv()) as Buffer)).toBe(true);
      here.close();
      await child.join();
      expect(child.exitCode).toBe(0);
      expect(here.closed).toBe(true);
      await expect(here.recv()).rejects.toMatchObject({ code: 'ERR_CONNECTION_CLOSED' });
    });

    it('test_connection: recv() and poll() with a time-out', async () => {
      const [here, there] = makePipe();
      expect(await here.poll()).toBe(false);
      expect(await here.poll({ timeout: 20 })).toBe(false);
      await expect(here.recv({ timeout: 20 })).rejects.toMatchObject({ code: 'ERR_TIMEOUT', timeout: 20 });
      await there.send('late');
      expect(await here.poll()).toBe(true);
      expect(await here.recv({ timeout: 0 })).toBe('late');
      await expect(here.recv({ timeout: -1 })).rejects.toMatchObject({ code: 'ERR_INVALID_OPTION' });
      const controller = new AbortController();
      const waiting = here.recv({ signal: controller.signal });
      controller.abort(new Error('not needed'));
      await expect(waiting).rejects.toThrow('not needed');
    });

    it('test_duplex_false: one end receives, the other sends', async () => {
      const [reader, writer] = makePipe({ duplex: false });
      expect([reader.readable, reader.writable, writer.readable, writer.writable]).toEqual([
        true,
        false,
        false,
        true,
      ]);
      await writer.send(1);
      expect(await reader.recv()).toBe(1);
      await expect(reader.send(1)).rejects.toMatchObject({ code: 'ERR_CONNECTION_CLOSED' });
      await expect(writer.recv()).rejects.toMatchObject({ code: 'ERR_CONNECTION_CLOSED' });
      await expect(writer.poll()).rejects.toMatchObject({ code: 'ERR_CONNECTION_CLOSED' });
    });

    it('test_spawn_close: the parent may close its copy right after start()', async () => {
      const [here, there] = makePipe();
      const child = start(tasks.sendAndReturn, [there, 'hello']);
      there.close();
      expect(there.closed).toBe(true);
      expect(await here.recv()).toBe('hello');
      await expect(here.recv()).rejects.toMatchObject({ code: 'ERR_CONNECTION_ENDED' });
      await child.join();
      expect(child.exitCode).toBe(0);
    });

    it('test_context: an end is closed with its block', async () => {
      let kept: Connection;
      {
        using end = Pipe()[0];
        kept = end;
      }
      await expect(kept.recv()).rejects.toMatchObject({ code: 'ERR_CONNECTION_CLOSED' });
    });

    it('a value that can not be sent is refused before anything is sent', async () => {
      const [here, there] = makePipe();
      await expect(there.send({ list: [() => 0] })).rejects.toMatchObject({
        code: 'ERR_NOT_CLONEABLE',
        path: 'message.list[0]',
      });
      await there.send('next');
      expect(await here.recv()).toBe('next');
    });

    it('an end that was handed over is gone from here, and one that could not be is not', async () => {
      const [here, there] = makePipe();
      const [other] = makePipe();
      await expect(other.send([there, () => 0])).rejects.toMatchObject({ code: 'ERR_NOT_CLONEABLE' });
      await there.send('still here');
      expect(await here.recv()).toBe('still here');
      start(tasks.echoAll, [there]);
      await expect(there.send('x')).rejects.toMatchObject({
        code: 'ERR_CONNECTION_CLOSED',
        message: expect.stringContaining('handed to another process') as string,
      });
    });
  });

  describe('_TestPoll', () => {
    it('test_strings, test_empty_string, test_dont_merge: messages keep their bounds, empty ones too', async () => {
      const [here, there] = makePipe();
      const messages = ['', 'a', 'b', '', 'cd', Buffer.alloc(0), Buffer.from('x')];
      start(tasks.sendAll, [there, messages]);
      for (const message of messages) {
        expect(await here.poll({ timeout: 30_000 })).toBe(true);
        expect(await here.poll()).toBe(true);
        expect(await here.recv()).toEqual(message);
      }
    });

    it('test_boundaries: poll() in another process takes nothing of a message', async () => {
      const [here, there] = makePipe();
      const child = start(tasks.pollInChild, [there]);
      await here.recv();
      await here.send('whole');
      expect(await child.result).toEqual([[false, true, true], 'whole']);
    });
  });

  describe('_TestPicklingConnections', () => {
    it('test_pickling, test_access: ends travel over connections, and answer', async () => {
      const [here, there] = makePipe();
      start(tasks.answerOnEach, [there]);
      for (const question of ['one', 'two']) {
        const [mine, reply] = makePipe();
        await here.send({ question, reply });
        expect(await mine.recv()).toBe(`answer to ${question}`);
        await expect(mine.recv()).rejects.toMatchObject({ code: 'ERR_CONNECTION_ENDED' });
      }
    });

    it('an end goes from a child to its parent', async () => {
      const [here, there] = makePipe();
      const child = start(tasks.makePipe, [there]);
      const made = (await here.recv()) as Connection;
      await made.send('to the child');
      expect(await child.result).toBe('to the child');
      made.close();
    });

    it('test_nested_startmethod: an end goes on to a grandchild', async () => {
      const [here, there] = makePipe();
      const child = start(tasks.passOn, [there, 'from the grandchild']);
      expect(await here.recv()).toBe('from the grandchild');
      expect(await child.result).toBe(0);
    });

    it('both ends go to children, and those talk to each other', async () => {
      const [one, other] = makePipe();
      const reader = start(tasks.receiveAll, [one]);
      start(tasks.sendAll, [other, ['a', 'b', 'c']]);
      expect(await reader.result).toEqual(['a', 'b', 'c']);
    });

    it('an end is the argument of a task', async () => {
      const pool = new Pool({ processes: 1, startMethod });
      const [here, there] = makePipe();
      const task = pool.apply(tasks.receiveAll, [there]);
      await here.send('to a task');
      here.close();
      expect(await task).toEqual(['to a task']);
      const [again, arg] = makePipe<string>();
      const back = (await pool.apply(echo, [arg])) as Connection<string>;
      await back.send('there and back');
      expect(await again.recv()).toBe('there and back');
      back.close();
      pool.close();
      await pool.join();
    });
  });

  describe('the end of a process', () => {
    it('what a child had sent before it ended arrives, then the end', async () => {
      for (const target of [tasks.sendAndReturn, tasks.sendAndExit]) {
        const [here, there] = makePipe();
        start(target, [there, { last: 'x'.repeat(100_000) }]);
        expect(await here.recv()).toEqual({ last: 'x'.repeat(100_000) });
        await expect(here.recv()).rejects.toMatchObject({ code: 'ERR_CONNECTION_ENDED' });
      }
    });

    it('a sender that is killed in the middle of a message gives an error, and no half of it', async () => {
      const [here, there] = makePipe();
      start(tasks.dieInMessage, [there]);
      await here.send('go');
      expect(await here.recv()).toBe('whole');
      await expect(here.recv()).rejects.toMatchObject({ code: 'ERR_MESSAGE_TORN' });
    });

    it('a receiver that is killed: the sender hears it', async () => {
      const [here, there] = makePipe();
      const child = start(tasks.holdConnection, [there]);
      for await (const line of child.stdout ?? []) if (line === 'holding') break;
      child.kill();
      const sending = (async () => {
        for (;;) await here.send(Buffer.alloc(1 << 20));
      })();
      await expect(sending).rejects.toMatchObject({ code: 'ERR_CONNECTION_ENDED' });
      await expect(here.recv()).rejects.toMatchObject({ code: 'ERR_CONNECTION_ENDED' });
    });

    it('a receiver closes its end with more sent than it has read: the sender can end', async () => {
      const [here, there] = makePipe<string>();
      const child = start(tasks.sendAllAtOnce, [there, 3000]);
      await child.result;
      // As much as fits is under way when it writes no more.
      const written = () => /wchar: \d+/.exec(readFileSync(`/proc/${child.pid}/io`, 'latin1'))?.[0];
      let [before, looks]: [string | undefined, number] = ['', 0];
      await waitFor('it to write no more', () => {
        looks = written() === before ? looks + 1 : 0;
        before = written();
        return looks === 20;
      });
      here.close();
      expect(await child.join()).toBe(true);
      expect(child.exitCode).toBe(0);
    });

    it('a child that ends before it has taken its end: the other end hears it', async () => {
      const [here, there] = makePipe();
      const child = start(tasks.echoAll, [there]);
      child.kill();
      await expect(here.recv()).rejects.toMatchObject({ code: 'ERR_CONNECTION_ENDED' });
    });

    it('a child that fails while it imports: the other end hears it', async () => {
      const [here, there] = makePipe();
      const target = new URL('../programs/dies-at-import.mjs?how=throw#task', import.meta.url);
      const child = new Process({ target, args: [there] as never, stdio: 'ignore', startMethod }).start();
      await expect(here.recv()).rejects.toMatchObject({ code: 'ERR_CONNECTION_ENDED' });
      await child.join();
    });

    it('an end in a message that nobody reads: the other end hears it', async () => {
      const [here, there] = makePipe();
      const [mine, lost] = makePipe();
      const child = start(tasks.holdConnection, [there]);
      for await (const line of child.stdout ?? []) if (line === 'holding') break;
      await here.send(lost);
      child.kill();
      await expect(mine.recv()).rejects.toMatchObject({ code: 'ERR_CONNECTION_ENDED' });
    });
  });

  describe('TestWait', () => {
    it('test_wait, test_wait_slow: several readers until their ends, every message once', async () => {
      const readers = new Map<Connection<string>, string[]>();
      for (let index = 0; index < 4; index++) {
        const [reader, writer] = makePipe<string>({ duplex: false });
        const messages = Array.from({ length: 10 }, (_, number) => `${index}:${number}`);
        start(index % 2 === 0 ? tasks.sendAll : tasks.sendSlowly, [writer, messages]);
        readers.set(reader, messages);
      }
      const seen = new Map([...readers.keys()].map((reader) => [reader, [] as string[]]));
      const open = new Set(readers.keys());
      while (open.size > 0) {
        for (const ready of await wait([...open])) {
          const message = await ready.recv().catch((error: unknown) => codeOf(error));
          if (message === 'ERR_CONNECTION_ENDED') open.delete(ready);
          else seen.get(ready)?.push(message);
        }
      }
      expect([...seen.values()]).toEqual([...readers.values()]);
    });

    it('test_wait_timeout, test_neg_timeout: nothing is ready', async () => {
      const [here, there] = makePipe();
      expect(await wait([here, there], { timeout: 20 })).toEqual([]);
      expect(await wait([here, there], { timeout: 0 })).toEqual([]);
      expect(await wait([], { timeout: 10 })).toEqual([]);
      await expect(wait([here], { timeout: -1 })).rejects.toMatchObject({ code: 'ERR_INVALID_OPTION' });
    });

    it('test_wait_integer: processes among connections, in the order given', async () => {
      const [here, there] = makePipe();
      const [quiet] = makePipe();
      const child = start(echo, ['done']);
      expect(await wait([quiet, child])).toEqual([child]);
      await there.send('now');
      expect(await wait([child, quiet, here])).toEqual([child, here]);
      expect(await wait([here, quiet, child])).toEqual([here, child]);
    });
  });
});
