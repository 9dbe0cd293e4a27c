/**
 * CPython's _TestValue, _TestArray and _TestSharedMemory (Lib/test/_test_multiprocessing.py), and what becomes of
 * memory whose users die. Each case names the one it follows.
 */
import { chmodSync, existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { spawnProgram, temporaryFolder } from '@tooling/testkit';
import { SharedArray, SharedMemory, Value } from 'ipc-lock';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { addressOf, copyOf } from '../handed-over.js';
import { program } from '../holder-program.js';

const code = (expected: string) => expect.objectContaining({ code: expected });

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

let directory: string;

beforeEach(() => {
  directory = temporaryFolder();
});

function closing<T extends { close(): void }>(object: T): T {
  onTestFinished(() => object.close());
  return object;
}

function child(work: string, ...objects: object[]) {
  return spawnProgram([program('memory.mjs'), work, ...objects.map(addressOf)], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

async function childDoes(work: string, ...objects: object[]): Promise<void> {
  expect(await child(work, ...objects).ended).toMatchObject({ exitCode: 0, stderr: '' });
}

function files(folder = directory): string[] {
  return readdirSync(folder, { recursive: true }).map(String).toSorted();
}

describe('SharedMemory', () => {
  it('CPython test_shared_memory_basics: zeros, seen through every object of that name, exactly as long as asked for', () => {
    const memory = closing(SharedMemory.create('it', 5000, { directory }));
    expect([memory.name, memory.size, memory.buffer.byteLength]).toEqual(['it', 5000, 5000]);
    expect(memory.bytes.every((byte) => byte === 0)).toBe(true);
    const other = closing(SharedMemory.open('it', { directory }));
    memory.bytes[42] = 7;
    expect([other.size, other.bytes[42]]).toEqual([5000, 7]);
    expect(memory.buffer).toBe(memory.buffer);
    expect(() => SharedMemory.create('it', 5000, { directory })).toThrow(code('ERR_LOCK_EXISTS'));
    expect(() => SharedMemory.open('it', { directory, size: 4999 })).toThrow(code('ERR_LOCK_INVALID_OPTION'));
    expect(closing(SharedMemory.open('it', { directory, size: 5000 })).bytes[42]).toBe(7);
    expect(() => SharedMemory.open('other', { directory })).toThrow(code('ERR_LOCK_NOT_FOUND'));
    expect(closing(SharedMemory.open('made', { directory, size: 1 })).size).toBe(1);
  });

  it('CPython test_shared_memory_basics: the name is taken away, its users keep the memory', () => {
    const memory = closing(SharedMemory.create('it', 8, { directory }));
    memory.bytes.fill(1);
    expect(memory.unlink()).toBe(true);
    expect(memory.unlink()).toBe(false);
    expect(memory.bytes[7]).toBe(1);
    const next = closing(SharedMemory.create('it', 16, { directory }));
    expect([next.bytes[7], memory.unlink(), next.unlink()]).toEqual([0, false, true]);
    expect(files()).toEqual([]);
  });

  it('closed, it can not be used, and a view that was taken can', async () => {
    const memory = new SharedMemory(8, { directory });
    const view = new Uint8Array(memory.buffer);
    memory.close();
    memory.close();
    view[0] = 5;
    expect(view[0]).toBe(5);
    expect(() => memory.buffer).toThrow(code('ERR_LOCK_CLOSED'));
    expect(() => memory.bytes).toThrow(code('ERR_LOCK_CLOSED'));
    expect(() => addressOf(memory)).toThrow(code('ERR_LOCK_CLOSED'));
  });

  it('CPython test_shared_memory_across_processes', async () => {
    for (const memory of [
      SharedMemory.create('it', 64, { directory }),
      new SharedMemory(64, { directory }),
    ]) {
      closing(memory);
      await childDoes('write', memory);
      expect(memory.bytes.toString('latin1', 0, 18)).toBe('written by a child');
    }
  });

  it('without a name it goes with its last user, however that ends', async () => {
    const memory = new SharedMemory(64, { directory });
    const holder = child('hold', memory);
    await holder.line(/^ready$/);
    const address = addressOf(memory);
    memory.close();
    expect(files()).toHaveLength(2);
    const copy = (await import(/* @vite-ignore */ JSON.parse(address).module)).rebuildSharedMemory(
      JSON.parse(address).data,
    ) as SharedMemory;
    copy.close();
    holder.child.kill('SIGKILL');
    await holder.ended;
    // What a killed maker leaves is swept by the next who makes one; here the maker is this process.
    const next = new SharedMemory(64, { directory });
    expect(files()).toHaveLength(2);
    next.close();
    expect(files()).toEqual([]);
    await expect(
      copyOf({ [Symbol.for('core-process.handover')]: () => JSON.parse(address) }),
    ).rejects.toThrow(code('ERR_LOCK_NOT_FOUND'));
  });

  it('is given back when no view of it is left, and only then', async () => {
    const rss = () => process.memoryUsage.rss();
    const before = rss();
    for (let round = 0; round < 40; round++) {
      const memory = new SharedMemory(2 ** 24, { directory });
      memory.bytes.fill(round);
      memory.close();
      // Finalizers run between turns.
      collectGarbage();
      await new Promise(setImmediate);
    }
    expect(rss() - before).toBeLessThan(2 ** 24 * 20);
  });

  it('refuses sizes and names that are none, and sizes that there is no room for', () => {
    for (const size of [0, -1, 1.5, NaN, 2 ** 60, '8', undefined]) {
      expect(() => new SharedMemory(size as number, { directory })).toThrow(code('ERR_LOCK_INVALID_OPTION'));
    }
    expect(() => SharedMemory.create('', 8, { directory })).toThrow(code('ERR_LOCK_INVALID_OPTION'));
    expect(() => SharedMemory.create('it', 2 ** 50, { directory })).toThrow(
      expect.objectContaining({
        code: 'ERR_LOCK_FILE',
        cause: expect.objectContaining({ code: expect.stringMatching(/^(ENOSPC|EFBIG)$/) }),
      }),
    );
    expect(files()).toEqual([]);
  });

  it('refuses a file that was cut off, overwritten, opened to others, or is something else', () => {
    const spoil: [RegExp, (path: string) => void][] = [
      [/cut off/, (path) => truncateSync(path, 70_000)],
      [/no file of ipc-lock/, (path) => truncateSync(path, 30)],
      [/no file of ipc-lock/, (path) => writeFileSync(path, 'noise')],
      [/not a private file/, (path) => chmodSync(path, 0o644)],
    ];
    for (const [problem, how] of spoil) {
      const memory = SharedMemory.create('it', 8192, { directory });
      memory.close();
      const [file = ''] = files();
      how(join(directory, file));
      expect(() => SharedMemory.open('it', { directory })).toThrow(code('ERR_LOCK_FILE'));
      expect(() => SharedMemory.open('it', { directory, size: 8192 })).toThrow(problem);
      expect(memory.unlink()).toBe(true);
    }
  });

  it('is private, and holds what was written where another program finds it', () => {
    const memory = closing(SharedMemory.create('it', 100, { directory }));
    memory.bytes.write('content');
    const [file = ''] = files();
    expect(readFileSync(join(directory, file)).subarray(65_536).toString('latin1', 0, 7)).toBe('content');
    expect(existsSync(join(directory, file))).toBe(true);
  });
});

describe('Value', () => {
  it('CPython test_value: a child sees and changes every type', async () => {
    const values = [
      closing(new Value('int32', 3, { directory })),
      closing(new Value('float64', 1.25, { directory })),
      closing(new Value('int16', -30, { directory })),
      closing(new Value('int64', 2n ** 40n, { directory })),
      closing(Value.open('it', 'uint8', { directory })),
    ];
    await childDoes('double', ...values);
    expect(values.map((one) => one.value)).toEqual([6, 2.5, -60, 2n ** 41n, 0]);
  });

  it('CPython test_synchronize: no addition is lost, in one go or under its lock', async () => {
    const whole = closing(new Value('int32', 0, { directory }));
    const fraction = closing(Value.open('sum', 'float64', { directory }));
    await Promise.all([1, 2, 3].map(() => childDoes('count', whole, fraction)));
    expect([whole.value, fraction.value]).toEqual([3000, 1500]);
  });

  it('changes whole numbers in one go, and no others', () => {
    const value = closing(new Value('uint32', 5, { directory }));
    expect([value.add(2), value.exchange(9), value.compareExchange(1, 2), value.value]).toEqual([5, 7, 9, 9]);
    const fraction = closing(new Value('float32', 0.5, { directory }));
    expect(() => (fraction as unknown as Value<'int8'>).add(1)).toThrow(code('ERR_LOCK_INVALID_OPTION'));
  });

  it('CPython test_getobj_getlock: one lock for all who have the value', async () => {
    for (const value of [new Value('int32', 0, { directory }), Value.open('it', 'int32', { directory })]) {
      closing(value);
      const copy = closing(await copyOf(value));
      using guard = await value.lock.acquire();
      expect(guard.held).toBe(true);
      await expect(copy.lock.acquire({ timeout: 0 })).rejects.toThrow(code('ERR_LOCK_TIMEOUT'));
    }
  });

  it('refuses another type than it has', () => {
    closing(Value.open('it', 'int32', { directory }));
    expect(() => Value.open('it', 'uint32', { directory })).toThrow(/is of int32, not of uint32/);
    expect(() => new Value('int33' as 'int32')).toThrow(code('ERR_LOCK_INVALID_OPTION'));
  });
});

describe('SharedArray', () => {
  it('CPython test_array: sums done in place by a child equal those done here', async () => {
    const elements = [680, 626, 934, 821, 150, 233, 548, 982, 714, 831];
    let sum = 0;
    const sums = elements.map((element) => (sum += element));
    const arrays = [
      closing(new SharedArray('int32', elements, { directory })),
      closing(SharedArray.open('it', 'int32', { directory, length: 10 })),
    ];
    for (const { array } of arrays) array.set(elements);
    for (const array of arrays) {
      await childDoes('sums', array);
      expect([...array.array]).toEqual(sums);
    }
  });

  it('CPython test_array_from_size: zeros, also where memory is used again', () => {
    for (let round = 0; round < 3; round++) {
      using array = new SharedArray('float64', 1000, { directory });
      expect(array.array.every((element) => element === 0)).toBe(true);
      array.array.fill(round + 0.5);
    }
  });

  it('refuses another type or length than it has', () => {
    closing(SharedArray.open('it', 'int16', { directory, length: 4 }));
    expect(closing(SharedArray.open('it', 'int16', { directory })).length).toBe(4);
    expect(() => SharedArray.open('it', 'int16', { directory, length: 8 })).toThrow(/4 elements, not 8/);
    expect(() => SharedArray.open('it', 'int32', { directory })).toThrow(/is of int16/);
    expect(() => SharedArray.open('no', 'int32', { directory })).toThrow(code('ERR_LOCK_NOT_FOUND'));
    expect(() => new SharedArray('int32', -1, { directory })).toThrow(code('ERR_LOCK_INVALID_OPTION'));
    expect(() => new SharedArray('int32', [], { directory })).toThrow(code('ERR_LOCK_INVALID_OPTION'));
  });
});
