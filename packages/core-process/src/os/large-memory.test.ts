import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import {
  createPayload,
  LARGE_BYTES,
  lendPayload,
  type LentPayload,
  releasePayload,
  usePayload,
} from './large-memory.js';
import { PayloadReader } from './payload-reader.js';

const filled = (bytes: number, text: string) => Buffer.alloc(bytes, text);
const lend = (payload: Buffer) => lendPayload(payload) as LentPayload;
const readPayload = (lent: LentPayload) => new PayloadReader().read(lent);
const hasMemory = existsSync('/dev/shm');

it.runIf(hasMemory)('memory of a large payload is used again once nobody uses it', () => {
  const payload = createPayload(5, filled(LARGE_BYTES, 'one'));
  const { path } = lend(payload);
  expect(readPayload(lend(payload)).equals(payload)).toBe(true);

  usePayload(payload);
  releasePayload(payload);
  const second = createPayload(5, filled(LARGE_BYTES, 'two'));
  expect(lend(second).path).not.toBe(path);

  releasePayload(payload);
  const third = createPayload(9, filled(LARGE_BYTES, 'three'));
  expect(lend(third).path).toBe(path);
  expect(third.toString('latin1', 9, 20)).toBe('threethreet');
  expect(readPayload(lend(second)).equals(second)).toBe(true);
  releasePayload(second);
  releasePayload(third);
});

it('a small payload lies in ordinary memory', () => {
  const payload = createPayload(50, Buffer.alloc(50, 1));
  expect([payload.byteLength, payload[50], payload[99]]).toEqual([100, 1, 1]);
  expect(lendPayload(payload)).toBeUndefined();
  releasePayload(payload);
});

const HUGE_BYTES = 40 * 1024 * 1024;

/** Makes payloads of that size until one lies where the first one did: V8 frees buffers by a thread of its own. */
async function untilUsedAgain(path: string): Promise<void> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let isUsedAgain = false; !isUsedAgain; ) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
    const payload = createPayload(0, filled(HUGE_BYTES, 'new'));
    isUsedAgain = lend(payload).path === path;
    releasePayload(payload);
  }
}

describe.runIf(hasMemory && isGlibc())('a payload of 32 MB and more', () => {
  it('is not copied by its reader, who may write into it, and not used again before the reader drops it', async () => {
    const payload = createPayload(3, filled(HUGE_BYTES, 'one'));
    const lent = lend(payload);
    let kept: Buffer | undefined = readPayload(lent);
    expect(kept.subarray(3).equals(payload.subarray(3))).toBe(true);
    kept.write('XYZ', 8192);
    expect(payload.toString('latin1', 8192, 8195)).not.toBe('XYZ');
    releasePayload(payload);

    const second = createPayload(3, filled(HUGE_BYTES, 'two'));
    expect(lend(second).path).not.toBe(lent.path);
    expect([kept.toString('latin1', 8192, 8195), kept.toString('latin1', 3, 9)]).toEqual(['XYZ', 'oneone']);
    kept = undefined;
    await untilUsedAgain(lent.path);
    releasePayload(second);
  });

  it('belongs to the reader, who may transfer it to a thread that frees it', async () => {
    const payload = createPayload(0, filled(HUGE_BYTES, 'abc'));
    const lent = lend(payload);
    const kept = readPayload(lent);
    releasePayload(payload);
    const thread = new Worker(
      `const { parentPort } = require('node:worker_threads');
       parentPort.once('message', (bytes) => parentPort.postMessage(Buffer.from(bytes).toString('latin1', 0, 6)));`,
      { eval: true },
    );
    const ended = once(thread, 'exit');
    thread.postMessage(kept, [kept.buffer as ArrayBuffer]);
    expect(await once(thread, 'message')).toEqual(['abcabc']);
    expect(kept.byteLength).toBe(0);
    await ended;
    await untilUsedAgain(lent.path);
  });
});

function isGlibc(): boolean {
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime !== undefined;
}
