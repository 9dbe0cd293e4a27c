/**
 * Where the programs of `entry/` lie after the build.
 *
 * Bundling moves `import.meta.url`, so this file stays at the root of `src`, whose output is the root of `dist`.
 */
export const childEntry: URL = new URL('./entry/child.js', import.meta.url);
export const execaEntry: URL = new URL('./entry/execa.cjs', import.meta.url);
export const forkServerEntry: URL = new URL('./entry/fork-server.js', import.meta.url);
export const watchdogEntry: URL = new URL('./entry/watchdog.js', import.meta.url);
export const rebuildEntry: URL = new URL('./entry/rebuild.js', import.meta.url);
export const workerEntry: URL = new URL('./entry/worker.js', import.meta.url);
