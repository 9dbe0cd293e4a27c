/** `npm run bench -- [NAME] [--json] [--rounds N]`: runs one benchmark, or lists them. bootstrap.mjs has built them. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const names = readdirSync(join(root, 'benchmarks', 'src', 'benches')).map((file) =>
  file.replace(/\.ts$/, ''),
);

const [name, ...options] = process.argv.slice(2);
if (!names.includes(name)) {
  console.error(
    `${name === undefined ? '' : `There is no benchmark "${name}".\n`}Usage: pnpm bench NAME [--json] [--rounds N], where NAME is one of: ${names.join(', ')}`,
  );
  process.exit(2);
}
process.exit(
  spawnSync(process.execPath, [join(root, 'benchmarks', 'dist', `${name}.js`), ...options], {
    stdio: 'inherit',
  }).status ?? 1,
);
