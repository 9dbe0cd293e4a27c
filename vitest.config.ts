import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Real processes: each file gets one of its own, and no retry hides a race.
    pool: 'forks',
    retry: 0,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    include: [
      'packages/*/{src,test}/**/*.test.ts',
      'apps/*/{src,test}/**/*.test.ts',
      'tooling/*/test/**/*.test.ts',
    ],
    // Programs are run as they are by children; a test that imports one gets the same.
    server: { deps: { external: [/\/test\/programs\//] } },
    setupFiles: ['@tooling/testkit/census'],
  },
});
