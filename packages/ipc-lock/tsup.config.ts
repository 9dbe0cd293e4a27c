import { nodeLibrary } from '@tooling/tsup-preset';

// What another process loads apart from the index is an entry of its own, found again through src/entry-urls.ts.
export default nodeLibrary({
  entry: { index: 'src/index.ts', 'entry/rebuild': 'src/entry/rebuild.ts' },
});
