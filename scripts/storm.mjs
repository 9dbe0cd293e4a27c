/** `npm run storm -- [NAME] [OPTIONS]`: the long runs of kills of which `npm test` does short ones; all, or one. */
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
/** @type {Record<string, string>} */
const storms = {
  locks: 'packages/ipc-lock/test/storm/run.mjs',
  starts: 'packages/core-process/test/storm/starts.mjs',
  tickets: 'packages/ticket-demo/test/storm/storm.mjs',
};

const [name, ...options] = process.argv.slice(2);
if (name !== undefined && storms[name] === undefined) {
  console.error(
    `There is no storm "${name}".\nUsage: pnpm storm [NAME] [OPTIONS], where NAME is one of: ${Object.keys(storms).join(', ')}`,
  );
  process.exit(2);
}
let status = 0;
for (const [each, program] of Object.entries(storms)) {
  if (name !== undefined && each !== name) continue;
  console.log(`\u25B8 ${each}`);
  const ended = spawnSync(process.execPath, [join(root, program), ...options], { stdio: 'inherit' });
  status ||= ended.status ?? 1;
}
process.exit(status);
