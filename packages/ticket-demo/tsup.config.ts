import { nodeLibrary } from '@tooling/tsup-preset';

// What runs in a buyer's process is an entry of its own, found again through src/entry-urls.ts.
export default nodeLibrary({
  entry: {
    index: 'src/index.ts',
    cli: 'src/cli.ts',
    'entry/buyer': 'src/entry/buyer.ts',
    'strategies/none': 'src/strategies/none.ts',
    'strategies/join': 'src/strategies/join.ts',
    'strategies/lock': 'src/strategies/lock.ts',
    'strategies/file-lock': 'src/strategies/file-lock.ts',
    'strategies/optimistic': 'src/strategies/optimistic.ts',
    'strategies/queue': 'src/strategies/queue.ts',
  },
});
