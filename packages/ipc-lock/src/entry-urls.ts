/**
 * Where the modules of `entry/` lie after the build.
 *
 * Bundling moves `import.meta.url`, so this file stays at the root of `src`, whose output is the root of `dist`.
 */
export const rebuildEntry: URL = new URL('./entry/rebuild.js', import.meta.url);
export const waitThreadEntry: URL = new URL('./entry/wait-thread.js', import.meta.url);
