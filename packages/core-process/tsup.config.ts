import { nodeLibrary } from '@tooling/tsup-preset';

// What runs or loads apart from the index is an entry of its own, found again through src/entry-urls.ts.
export default [
  nodeLibrary({
    entry: {
      index: 'src/index.ts',
      'entry/child': 'src/entry/child.ts',
      'entry/fork-server': 'src/entry/fork-server.ts',
      'entry/watchdog': 'src/entry/watchdog.ts',
      'entry/rebuild': 'src/entry/rebuild.ts',
      'entry/worker': 'src/entry/worker.ts',
    },
  }),
  nodeLibrary({
    entry: { 'entry/execa': 'src/entry/execa.ts' },
    format: ['cjs'],
    dts: false,
    clean: false,
    sourcemap: false,
    noExternal: ['execa'],
  }),
];
