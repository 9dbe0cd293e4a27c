import { nodeLibrary } from '@tooling/tsup-preset';

// Browsers too: only the command may depend on Node.
export default nodeLibrary({
  entry: { index: 'src/index.ts', ostep: 'src/ostep/index.ts', cli: 'cli/main.ts' },
  dts: { entry: { index: 'src/index.ts', ostep: 'src/ostep/index.ts' } },
  platform: 'neutral',
  external: [/^node:/],
});
