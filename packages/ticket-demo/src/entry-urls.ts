/**
 * Where the modules that a buyer's process imports lie after the build.
 *
 * Bundling moves `import.meta.url`, so this file stays at the root of `src`, whose output is the root of `dist`.
 */
export const buyerEntry: URL = new URL('./entry/buyer.js', import.meta.url);

/** The module of a strategy of this package, by its file's name. */
export function strategyModule(name: string): URL {
  return new URL(`./strategies/${name}.js`, import.meta.url);
}
