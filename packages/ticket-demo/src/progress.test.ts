import { expect, it } from 'vitest';
import { Progress } from './progress.js';

it('writes one line over again, and takes it away', () => {
  let written = '';
  const progress = new Progress({ write: (text) => (written += text) }, true);
  const shown = () => written.split('\r\u001B[2K').at(-1);
  progress.clear();
  expect(written).toBe('');
  progress.onEvent({ kind: 'begun', strategy: 'lock', tickets: 3, buyers: 2 });
  progress.onEvent({ kind: 'started', buyer: 'buyer-1', pid: 1 });
  expect(shown()).toBe('lock: 1 of 2 buyers on their way');
  progress.onEvent({ kind: 'opened' });
  progress.onEvent({ kind: 'receipt', buyer: 'buyer-1', ticket: 1, at: 5 });
  progress.onEvent({ kind: 'receipt', buyer: 'buyer-2', ticket: null, at: 5 });
  progress.onEvent({ kind: 'ended', buyer: 'buyer-1', outcome: 'served' });
  expect(shown()).toBe('lock: 1 of 2 buyers gone, 1 tickets sold');
  progress.onEvent({ kind: 'begun', strategy: 'join', tickets: 3, buyers: 2 });
  expect(shown()).toBe('join: 0 of 2 buyers on their way');
  progress.clear();
  expect(shown()).toBe('');
});

it('writes a line for each tenth of many buyers where there is no terminal, and none for few', () => {
  const hold = (buyers: number) => {
    let written = '';
    const progress = new Progress({ write: (text) => (written += text) }, false);
    progress.onEvent({ kind: 'begun', strategy: 'lock', tickets: buyers, buyers });
    progress.onEvent({ kind: 'opened' });
    for (let ticket = 1; ticket <= buyers; ticket++) {
      const buyer = `buyer-${ticket}`;
      progress.onEvent({ kind: 'receipt', buyer, ticket, at: 5 });
      progress.onEvent({ kind: 'ended', buyer, outcome: 'served' });
    }
    progress.clear();
    return written;
  };
  expect(hold(99)).toBe('');
  const lines = hold(1234).split('\n');
  expect(lines).toHaveLength(11);
  expect(lines[0]).toBe('lock: 124 of 1234 buyers gone, 124 tickets sold');
  expect(lines[9]).toBe('lock: 1234 of 1234 buyers gone, 1234 tickets sold');
});
