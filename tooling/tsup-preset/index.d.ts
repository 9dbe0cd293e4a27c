import type { defineConfig, Options } from 'tsup';

/** One build for every package: bundled ESM with source maps and declarations. */
export function nodeLibrary(overrides?: Options): ReturnType<typeof defineConfig>;
