/** Start a buyer, wait for its end, start the next: right, and searching is one after the other too. */
import { strategyModule } from '../entry-urls.js';
import type { BuyFunction, Strategy } from './strategy.js';

export const join: Strategy = {
  name: 'join',
  summary: 'start and join one by one: right, but searching is serial too',
  correct: true,
  exclusive: true,
  arrival: 'one-by-one',
  buy: { module: strategyModule('join'), export: 'buy' },
};

export const buy: BuyFunction = (purchase) => purchase.takeTicket();
