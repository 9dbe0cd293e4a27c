import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import {
  allocatePayload,
  LARGE_BYTES,
  pathOfPayload,
  readPayload,
  releasePayload,
  usePayload,
} from './large-memory.js';

it.runIf(existsSync('/dev/shm'))('memory of a large payload is used again once nobody uses it', () => {
  const payload = allocatePayload(LARGE_BYTES + 5);
  payload.fill('one');
  const path = pathOfPayload(payload) as string;
  expect(readPayload(path, payload.byteLength)).toEqual(payload);

  usePayload(payload);
  releasePayload(payload);
  const second = allocatePayload(LARGE_BYTES + 5);
  expect(pathOfPayload(second)).not.toBe(path);

  releasePayload(payload);
  const third = allocatePayload(LARGE_BYTES + 9);
  expect(pathOfPayload(third)).toBe(path);
  releasePayload(second);
  releasePayload(third);
});

it('a small payload lies in ordinary memory', () => {
  const payload = allocatePayload(100);
  expect(payload.byteLength).toBe(100);
  expect(pathOfPayload(payload)).toBeUndefined();
  releasePayload(payload);
});
