/** Each case is a sale that never was, wrong in one way: the audit has to see it, and nothing else. */
import { describe, expect, it } from 'vitest';
import { type AuditedBuyer, type AuditInput, audit } from './audit.js';
import type { TicketSale } from './database.js';

const RUN = 'r1';

const sale = (ticket: number, buyer: string, run: string | undefined = RUN): TicketSale => ({
  ticket,
  buyer,
  run,
});

function buyer(name: string, ticket: number | null, at = 0): AuditedBuyer {
  return {
    buyer: name,
    outcome: ticket === null ? 'refused' : 'served',
    receipt: { ticket },
    critical: [{ start: at, end: at + 10 }],
  };
}

const killed = (name: string, ticket?: number): AuditedBuyer => ({
  buyer: name,
  outcome: 'killed',
  receipt: ticket === undefined ? undefined : { ticket },
  critical: [],
});

/** Three buyers, two tickets, all well. */
const sound: AuditInput = {
  before: { tickets: 2, sales: [] },
  after: { tickets: 0, sales: [sale(1, 'a'), sale(2, 'b')] },
  run: RUN,
  buyers: [buyer('a', 1, 0), buyer('b', 2, 10), buyer('c', null, 20)],
  exclusive: true,
};

const rulesOf = (input: AuditInput) => audit(input).violations.map(({ rule }) => rule);

describe('a sound sale', () => {
  it('has no violation', () => {
    const { ticketOf, ...figures } = audit(sound);
    expect(figures).toEqual({
      ticketsBefore: 2,
      sold: 2,
      left: 0,
      oversold: 0,
      soldTwice: 0,
      lostUpdates: 0,
      soldToOthers: 0,
      violations: [],
    });
    expect([...ticketOf]).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
  });

  it('may have buyers killed before, and after, their sale was in the database', () => {
    const result = audit({
      ...sound,
      after: { tickets: 0, sales: [sale(1, 'b'), sale(2, 'd')] },
      buyers: [killed('a'), killed('b'), buyer('c', null), killed('d', 2)],
    });
    expect(result.violations).toEqual([]);
    expect(result.sold).toBe(2);
    expect([...result.ticketOf]).toEqual([
      ['b', 1],
      ['d', 2],
    ]);
  });

  it('may go on from earlier sales, and beside buyers of another program', () => {
    const earlier = [sale(1, 'a', 'r0'), { ticket: 2, buyer: 'x' }];
    const result = audit({
      ...sound,
      before: { tickets: 3, sales: earlier },
      after: { tickets: 0, sales: [...earlier, sale(3, 'a'), { ticket: 4, buyer: 'python' }, sale(5, 'b')] },
      buyers: [buyer('a', 3), buyer('b', 5, 10), buyer('c', null, 20)],
    });
    expect(result).toMatchObject({ violations: [], sold: 3, soldToOthers: 1, ticketsBefore: 3 });
  });

  it('may have two whose stays touch', () => {
    expect(
      rulesOf({ ...sound, buyers: [buyer('a', 1, 0), buyer('b', 2, 10), buyer('c', null, 20)] }),
    ).toEqual([]);
  });
});

describe('the audit sees', () => {
  it('a lost update: two sold from the same count', () => {
    const result = audit({
      ...sound,
      after: { tickets: 1, sales: [sale(1, 'b')] },
      buyers: [buyer('a', 1), buyer('b', 1, 10)],
    });
    expect(result.violations.map(({ rule }) => rule)).toEqual(['lost-update', 'sold-twice']);
    expect(result).toMatchObject({ sold: 2, oversold: 0, lostUpdates: 1, soldTwice: 1 });
    expect(result.violations[1]?.message).toBe('Ticket 1 was sold to a, b.');
  });

  it('more sold than there were', () => {
    const result = audit({
      ...sound,
      after: { tickets: 1, sales: [sale(1, 'c')] },
      buyers: [buyer('a', 1), buyer('b', 1, 10), buyer('c', 1, 20)],
    });
    expect(result).toMatchObject({ sold: 3, oversold: 1, lostUpdates: 2, soldTwice: 1 });
    expect(result.violations.map(({ rule }) => rule)).toEqual(['lost-update', 'oversold', 'sold-twice']);
  });

  it('an oversale to buyers of another program', () => {
    const after = { tickets: 0, sales: [sale(1, 'a'), sale(2, 'b'), { ticket: 3, buyer: 'python' }] };
    expect(rulesOf({ ...sound, after })).toEqual(['oversold', 'count-differs-from-list']);
  });

  it('a sale of a killed buyer that was written over, if it had said so', () => {
    const result = audit({
      ...sound,
      after: { tickets: 1, sales: [sale(1, 'b')] },
      buyers: [killed('a', 1), buyer('b', 1)],
    });
    expect(result).toMatchObject({ lostUpdates: 1, soldTwice: 1 });
  });

  it('a count that does not go with the list', () => {
    expect(
      rulesOf({ ...sound, after: { ...sound.after, tickets: 1 }, buyers: sound.buyers.slice(0, 2) }),
    ).toEqual(['count-differs-from-list']);
  });

  it('a receipt for another ticket, and one for nothing', () => {
    expect(rulesOf({ ...sound, buyers: [buyer('a', 7), ...sound.buyers.slice(1)] })).toEqual([
      'receipt-differs',
    ]);
    const refused = audit({ ...sound, buyers: [buyer('a', null), ...sound.buyers.slice(1)] });
    expect(refused.violations).toEqual([
      { rule: 'receipt-differs', message: 'a says it got nothing; the database lists ticket 1.' },
    ]);
  });

  it('a buyer that lives and never said what it got', () => {
    const silent = { ...buyer('a', 1), receipt: undefined };
    expect(rulesOf({ ...sound, buyers: [silent, ...sound.buyers.slice(1)] })).toEqual(['no-receipt']);
  });

  it('a buyer listed twice', () => {
    const after = { tickets: 0, sales: [sale(1, 'a'), sale(2, 'a')] };
    expect(rulesOf({ ...sound, after, buyers: [buyer('a', 2), buyer('c', null, 20)] })).toEqual([
      'listed-twice',
    ]);
  });

  it('a buyer refused while tickets were left', () => {
    const after = { tickets: 1, sales: [sale(1, 'a')] };
    expect(rulesOf({ ...sound, after, buyers: [buyer('a', 1), buyer('c', null, 20)] })).toEqual([
      'refused-with-tickets-left',
    ]);
  });

  it('earlier sales that were changed or lost', () => {
    const before = { tickets: 2, sales: [sale(1, 'x', 'r0')] };
    const changed = { tickets: 1, sales: [sale(1, 'y', 'r0'), sale(2, 'a')] };
    expect(rulesOf({ ...sound, before, after: changed, buyers: [buyer('a', 2)] })).toEqual([
      'history-changed',
    ]);
    expect(rulesOf({ ...sound, before, after: { tickets: 2, sales: [] }, buyers: [killed('a')] })).toContain(
      'history-changed',
    );
  });

  it('a sale to somebody who never came', () => {
    const after = { tickets: 0, sales: [sale(1, 'a'), sale(2, 'ghost')] };
    expect(rulesOf({ ...sound, after, buyers: [buyer('a', 1), buyer('c', null, 20)] })).toEqual([
      'stranger-listed',
    ]);
  });

  it('two in the critical section together, though the figures are right', () => {
    const buyers = [buyer('a', 1, 0), buyer('b', 2, 9), buyer('c', null, 30)];
    expect(rulesOf({ ...sound, buyers })).toEqual(['together-in-critical-section']);
    expect(rulesOf({ ...sound, buyers, exclusive: false })).toEqual([]);
  });

  it('one whole stay within another', () => {
    const long = { ...buyer('a', 1), critical: [{ start: 0, end: 100 }] };
    expect(rulesOf({ ...sound, buyers: [long, buyer('b', 2, 10), buyer('c', null, 50)] })).toEqual([
      'together-in-critical-section',
      'together-in-critical-section',
    ]);
  });
});
