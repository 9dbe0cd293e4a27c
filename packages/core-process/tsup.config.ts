import { nodeLibrary } from '@tooling/tsup-preset';

// The programs that run in a child are entries of their own, found again through src/entry-urls.ts.
export default nodeLibrary({
  entry: {
    index: 'src/index.ts',
    'entry/child': 'src/entry/child.ts',
    'entry/watchdog': 'src/entry/watchdog.ts',
  },
});
