/**
 * The conformance tests of processes and queues over the start method `fork`: in a Node that can copy itself, with the package as its
 * children load it, since a copy can't ask vite for modules. `npx vitest run --config vitest.fork.config.ts`.
 */
import { defineConfig } from 'vitest/config';
import base from './vitest.config.ts';

export default defineConfig({
  test: {
    ...base.test,
    include: ['packages/core-process/test/conformance/{process,queue}.test.ts'],
    testNamePattern: /start method fork /,
    execArgv: ['--single-threaded', '--v8-pool-size=1'],
    server: { deps: { external: [/\/test\/programs\//, /\/packages\/[^/]+\/dist\//] } },
  },
});
