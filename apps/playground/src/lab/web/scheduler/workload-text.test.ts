import { cpu, io, lock, unlock, yieldCore } from 'scheduler-model';
import { describe, expect, it } from 'vitest';
import { parseScript } from './workload-text.js';

describe('parseScript', () => {
  it.each([
    ['cpu 5', [cpu(5)]],
    ['5, io 3 ,2', [cpu(5), io(3), cpu(2)]],
    ['CPU 5; io3 disk\n yield', [cpu(5), io(3, 'disk'), yieldCore()]],
    ['cpu 1，lock m，cpu 2，unlock m', [cpu(1), lock('m'), cpu(2), unlock('m')]],
  ])('reads %j', (text, operations) => {
    expect(parseScript(text)).toEqual({ operations });
  });

  it.each([
    ['', { kind: 'empty' }],
    [' , ', { kind: 'empty' }],
    ['sleep 5', { kind: 'unknown', text: 'sleep 5' }],
    ['cpu', { kind: 'unknown', text: 'cpu' }],
    ['cpu 5 disk', { kind: 'unknown', text: 'cpu 5 disk' }],
    ['cpu -1', { kind: 'unknown', text: 'cpu -1' }],
    ['cpu 1.5', { kind: 'unknown', text: 'cpu 1.5' }],
    ['cpu 1, io 0', { kind: 'number', text: 'io 0' }],
    ['cpu 100001', { kind: 'number', text: 'cpu 100001' }],
    ['lock', { kind: 'unknown', text: 'lock' }],
  ])('says what is wrong with %j', (text, problem) => {
    expect(parseScript(text)).toEqual({ problem });
  });
});
