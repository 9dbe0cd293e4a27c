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
    setupFiles: ['@tooling/testkit/census'],
  },
});
