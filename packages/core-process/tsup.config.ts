import { nodeLibrary } from '@tooling/tsup-preset';

// What runs or loads apart from the index is an entry of its own, found again through src/entry-urls.ts.
const entry = {
  index: 'src/index.ts',
  'entry/child': 'src/entry/child.ts',
  'entry/fork-server': 'src/entry/fork-server.ts',
  'entry/watchdog': 'src/entry/watchdog.ts',
  'entry/rebuild': 'src/entry/rebuild.ts',
  'entry/worker': 'src/entry/worker.ts',
};
/** A single file that is loaded at first use, if ever. */
const execaBundle = (outDir: string) =>
  nodeLibrary({
    entry: { 'entry/execa': 'src/entry/execa.ts' },
    outDir,
    format: ['cjs'],
    dts: false,
    clean: false,
    sourcemap: false,
    noExternal: ['execa'],
  });

export default [
  nodeLibrary({
    entry,
    define: { CORE_PROCESS_STEPS: 'false' },
    // What is never run is left out, and what is there is read quickly: names stay.
    esbuildOptions: (options) => {
      options.minifySyntax = true;
      options.minifyWhitespace = true;
      // Node prints the line of an error that nobody caught.
      options.lineLimit = 120;
    },
  }),
  execaBundle('dist'),
  // For tests only, and not published: can be stopped at every step of a start, see src/at-step.ts.
  nodeLibrary({ entry, outDir: 'dist-steps', dts: false, define: { CORE_PROCESS_STEPS: 'true' } }),
  execaBundle('dist-steps'),
];
