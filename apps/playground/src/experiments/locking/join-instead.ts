import type { Experiment } from '../../experiment.js';
import { duration } from '../../format.js';
import { holdSale, type SaleFigures, withoutLocks } from '../../sale.js';

export const joinInstead: Experiment<SaleFigures> = {
  id: 'locking/join-instead',
  claim: {
    en: 'Joining each buyer before the next one starts is right too, but nothing is left of concurrency: they search one by one as well.',
    zh: '逐个 join 买家结果也正确，但整体变成了串行：连查询也只能一个接一个。',
  },
  code: `import { runSale } from 'ticket-demo';

for (const strategy of ['join', 'lock']) {
  const { sold, time } = await runSale({ strategy, buyers: 6 });
  console.log(\`\${strategy}: \${sold} sold in \${Math.round(time)} ms\`);
}`,
  unavailable: withoutLocks,
  measure: (measuring) => holdSale(measuring, 'join'),
  judge: ({ tickets, buyers, sold, violations, searchingAtOnce, time }) => ({
    holds: violations === 0 && sold === tickets && searchingAtOnce === 1,
    measured: {
      en: `${tickets} tickets, ${buyers} buyers: ${sold} sold in ${duration(time)}; up to ${searchingAtOnce} searched at once`,
      zh: `${tickets} 张票，${buyers} 个买家：卖出 ${sold} 张，用时 ${duration(time)}；最多 ${searchingAtOnce} 人同时查询`,
    },
  }),
  control: {
    instead: { en: 'the same sale with a lock', zh: '同样的销售，用锁' },
    measure: (measuring) => holdSale(measuring, 'lock'),
  },
};
