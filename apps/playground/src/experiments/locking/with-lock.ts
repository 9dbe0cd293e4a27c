import type { Experiment } from '../../experiment.js';
import { holdSale, saleBars, type SaleFigures, withoutLocks } from '../../sale.js';

export const withLock: Experiment<SaleFigures> = {
  id: 'locking/with-lock',
  claim: {
    en: 'With a lock only one buys at a time, while all search together: nothing is lost, nothing oversold.',
    zh: '加锁后同一时间只有一个人在买，查询仍可并发：不丢失，不超卖。',
  },
  code: `import { Lock } from 'ipc-lock';
import { Process, isMainProcess } from 'core-process';

export async function buyer(name, lock) {
  await lock.runExclusive(() => console.log(\`\${name} is alone\`));
}

if (isMainProcess) {
  const lock = new Lock();
  const buyers = ['anna', 'ben', 'cleo'].map((name) =>
    new Process({ target: buyer, args: [name, lock] }).start(),
  );
  for (const each of buyers) await each.join();
  lock.close();
}`,
  unavailable: withoutLocks,
  measure: (measuring) => holdSale(measuring, 'lock'),
  judge: ({ tickets, buyers, sold, violations, searchingAtOnce, buyingAtOnce }) => ({
    holds: violations === 0 && sold === tickets && buyingAtOnce === 1,
    measured: {
      en: `${tickets} tickets, ${buyers} buyers: ${sold} sold; up to ${searchingAtOnce} searched at once, up to ${buyingAtOnce} bought`,
      zh: `${tickets} 张票，${buyers} 个买家：卖出 ${sold} 张；最多 ${searchingAtOnce} 人同时查询，${buyingAtOnce} 人同时购买`,
    },
  }),
  bars: saleBars,
  control: {
    instead: { en: 'the same sale without a lock', zh: '同样的销售，不加锁' },
    measure: (measuring) => holdSale(measuring, 'none'),
  },
};
