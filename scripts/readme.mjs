/** What a README promises to run: its programs, and its command lines. */
import { readFileSync } from 'node:fs';

/**
 * Programs: a block under `<!-- example: FILE -->` is a copy of that file.
 *
 * @returns {{ file: string, language: string, code: string }[]}
 */
export function programsOf(readme) {
  return [...readme.matchAll(/<!-- example: (\S+) -->\n+```(\w+)\n([\s\S]*?)```/g)].map(
    ([, file, language, code]) => ({ file, language, code }),
  );
}

/**
 * Command lines of the blocks marked `sh`, without comments.
 *
 * @returns {string[]}
 */
export function commandsOf(readme) {
  return [...readme.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block]) =>
    block
      .split('\n')
      .map((line) => line.replace(/\s+#.*$/, '').trim())
      .filter((line) => line !== ''),
  );
}

/** @returns {string | undefined} what an example prints; undefined where that differs from run to run */
export function expectedOutput(exampleFile) {
  try {
    return readFileSync(exampleFile.replace(/\.\w+$/, '.out'), 'utf8');
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    return undefined;
  }
}
