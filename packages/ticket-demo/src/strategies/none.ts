/** No strategy at all: what everyone reads before anyone has written is sold to each of them. */
import { strategyModule } from '../entry-urls.js';
import type { BuyFunction, Strategy } from './strategy.js';

export const none: Strategy = {
  name: 'none',
  summary: 'nothing keeps buyers apart: the race, updates are lost and tickets sold twice',
  correct: false,
  exclusive: false,
  arrival: 'together',
  buy: { module: strategyModule('none'), export: 'buy' },
};

export const buy: BuyFunction = (purchase) => purchase.takeTicket();
