/** Purchases a second: the same sale by every strategy, and through proper-lockfile. */
import { keptPromise, runSale, type Strategy, strategies } from 'ticket-demo';
import { runBench, type Subject } from '../harness.js';
import { programs } from '../program-urls.js';

// Not bundled: each buyer imports it, and would import this whole benchmark with it.
const { properLockfile } = (await import(new URL('proper-lockfile-strategy.mjs', programs).href)) as {
  properLockfile: Strategy;
};

const BUYERS = 16;

function sale(strategy: Strategy): Subject {
  let seed = 0;
  return {
    name: strategy.name,
    measure: async () => {
      const report = await runSale({
        strategy,
        buyers: BUYERS,
        tickets: BUYERS,
        think: [0, 2],
        seed: ++seed,
      });
      if (!keptPromise(report))
        throw new Error(`${strategy.name} broke its promise: ${JSON.stringify(report.violations)}`);
      const wait = report.wait === null ? [] : [{ metric: 'wait, p99', unit: 'ms', value: report.wait.p99 }];
      return [{ metric: 'purchases', unit: '/s', value: report.purchasesPerSecond }, ...wait];
    },
  };
}

await runBench({
  bench: 'tickets',
  rounds: 9,
  subjects: [...strategies, properLockfile].map(sale),
  ratios: ['lock', 'optimistic'].map((ours) => ({
    metric: 'purchases',
    ours,
    peer: 'proper-lockfile',
    target: 1,
    bound: 'at least' as const,
  })),
});
