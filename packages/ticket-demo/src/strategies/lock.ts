/** Search together, buy under one lock. A buyer that dies with the lock does not take it along. */
import { Lock } from 'ipc-lock';
import { strategyModule } from '../entry-urls.js';
import type { BuyFunction, Strategy } from './strategy.js';

export const lock: Strategy = {
  name: 'lock',
  summary: 'search together, buy under one Lock that all buyers were given',
  correct: true,
  exclusive: true,
  arrival: 'together',
  buy: { module: strategyModule('lock'), export: 'buy' },
  prepare() {
    const shared = new Lock();
    return { shared, close: () => shared.close() };
  },
};

export const buy: BuyFunction<Lock> = (purchase, shared) => shared.runExclusive(() => purchase.takeTicket());
