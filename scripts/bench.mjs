/** `pnpm bench [NAME] [--json] [--rounds N]`: builds, then runs one benchmark, or lists them. */
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
const built = spawnSync('pnpm', ['turbo', 'run', 'build', '--output-logs=errors-only', '--no-color'], {
  cwd: root,
  stdio: ['ignore', 'pipe', 'inherit'],
  encoding: 'utf8',
  env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' },
});
if (built.status !== 0) {
  console.error(`${built.stdout}${built.error ?? ''}\nBuilding failed; the lines above say why.`);
  process.exit(1);
}
process.exit(
  spawnSync(process.execPath, [join(root, 'benchmarks', 'dist', `${name}.js`), ...options], {
    stdio: 'inherit',
  }).status ?? 1,
);
