import { nodeLibrary } from '@tooling/tsup-preset';

// What children run is an entry each, found again through src/program-urls.ts.
export default nodeLibrary({
  entry: ['src/index.ts', 'src/cli.ts', 'src/programs/*.ts', 'src/lab/experiment-runner.ts'],
});
