import { nodeLibrary } from '@tooling/tsup-preset';

// What another process or thread loads apart from the index is an entry of its own, found again through
// src/entry-urls.ts.
const build = {
  entry: {
    index: 'src/index.ts',
    'entry/rebuild': 'src/entry/rebuild.ts',
    'entry/wait-thread': 'src/entry/wait-thread.ts',
  },
  // Each is one file: a module more costs half a millisecond. What is rebuilt has the classes of the index itself.
  splitting: false,
  external: [/^\.\.\/index\.js$/],
};

export default [
  nodeLibrary({
    ...build,
    define: { IPC_LOCK_STEPS: 'false' },
    // What is never run is left out, and what is there is read quickly: names stay.
    esbuildOptions: (options) => {
      options.minifySyntax = true;
      options.minifyWhitespace = true;
      // Node prints the line of an error that nobody caught.
      options.lineLimit = 120;
    },
  }),
  // For tests only, and not published: can be killed at every step, see src/backend/step.ts.
  nodeLibrary({ ...build, outDir: 'dist-steps', dts: false, define: { IPC_LOCK_STEPS: 'true' } }),
];
