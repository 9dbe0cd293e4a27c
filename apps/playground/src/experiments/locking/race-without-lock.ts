import type { Experiment } from '../../experiment.js';
import { holdSale, saleBars, type SaleFigures, withoutLocks } from '../../sale.js';

export const raceWithoutLock: Experiment<SaleFigures> = {
  id: 'locking/race-without-lock',
  claim: {
    en: 'Processes that read, think and write back without a lock sell more tickets than there are.',
    zh: '多个进程不加锁地读取、思考、写回，卖出的票会比实际的多。',
  },
  code: `import { runSale } from 'ticket-demo';

const { ticketsBefore, sold, lostUpdates } = await runSale({ strategy: 'none', buyers: 6 });
console.log(\`\${ticketsBefore} tickets, \${sold} sold, \${lostUpdates} purchases lost\`);`,
  // The control has the lock.
  unavailable: withoutLocks,
  measure: (measuring) => holdSale(measuring, 'none'),
  judge: ({ tickets, buyers, sold, oversold, lostUpdates, buyingAtOnce }) => ({
    holds: oversold > 0,
    measured: {
      en: `${tickets} tickets, ${buyers} buyers: ${sold} sold, ${lostUpdates} purchases overwritten; up to ${buyingAtOnce} were buying at once`,
      zh: `${tickets} 张票，${buyers} 个买家：卖出 ${sold} 张，${lostUpdates} 笔购买被覆盖；最多 ${buyingAtOnce} 人同时在买`,
    },
  }),
  bars: saleBars,
  control: {
    instead: { en: 'the same sale with a lock', zh: '同样的销售，加锁' },
    measure: (measuring) => holdSale(measuring, 'lock'),
  },
};
