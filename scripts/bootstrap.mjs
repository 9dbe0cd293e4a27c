/**
 * `npm start` and `npm test` on a fresh clone: there is no pnpm and no node_modules yet.
 *
 * Fetches the pnpm that package.json pins into .cache/, installs, builds, and goes on. Plain JavaScript
 * without dependencies, for a Node of any age: it has to be able to say that it is too old.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

function say(text) {
  console.log(`\u25B8 ${text}`);
}

function fail(text) {
  console.error(`\n${text}`);
  process.exit(1);
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  fail(
    `This is Node ${process.versions.node}; install Node 20.19 or newer (https://nodejs.org) and run the command again.`,
  );
}

/** Runs a command; its output is the user's to see, or kept and shown when it fails. */
function run(command, args, { quiet = false, env = {} } = {}) {
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: quiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
    encoding: 'utf8',
    env: { ...process.env, NODE_MAJOR: process.versions.node.split('.')[0], ...env },
    shell: process.platform === 'win32',
  });
  const output = `${result.stdout ?? ''}${result.stderr ?? ''}`;
  return { ok: result.status === 0, status: result.status ?? 1, output };
}

function explain(step, output) {
  process.stderr.write(output);
  const isOffline = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|ERR_SOCKET|network/i.test(output);
  fail(
    isOffline
      ? `${step} needs the npm registry, which could not be reached: check the network or proxy and run the command again.`
      : `${step} failed; the lines above say why.`,
  );
}

/** Path of the pinned pnpm, fetched once. */
function pnpmPath() {
  const version = manifest.packageManager.replace('pnpm@', '');
  const folder = join(root, '.cache', `pnpm-${version}`);
  const path = join(folder, 'node_modules', 'pnpm', 'bin', 'pnpm.mjs');
  if (!existsSync(path)) {
    say(`fetching pnpm ${version}`);
    mkdirSync(folder, { recursive: true });
    const { ok, output } = run(
      'npm',
      [
        'install',
        '--prefix',
        folder,
        '--no-save',
        '--no-audit',
        '--no-fund',
        '--loglevel=error',
        `pnpm@${version}`,
      ],
      { quiet: true },
    );
    if (!ok) explain('Fetching pnpm', output);
  }
  return path;
}

/** Installs when the lock file or a manifest has changed since the last time. */
function install(pnpm) {
  const stampFile = join(root, 'node_modules', '.installed');
  const inputs = ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json'].map((name) =>
    readFileSync(join(root, name)),
  );
  const stamp = createHash('sha256').update(Buffer.concat(inputs)).update(process.version).digest('hex');
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return;
  say('installing dependencies');
  const { ok, output } = run(process.execPath, [pnpm, 'install', '--frozen-lockfile', '--prefer-offline'], {
    quiet: true,
    env: { CI: '1' },
  });
  if (!ok) explain('Installing', output);
  writeFileSync(stampFile, stamp);
}

function build() {
  say('building');
  const { ok, output } = run(
    process.execPath,
    [
      join(root, 'node_modules', 'turbo', 'bin', 'turbo'),
      'run',
      'build',
      '--output-logs=errors-only',
      '--no-color',
    ],
    { quiet: true, env: { TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' } },
  );
  if (!ok) explain('Building', output);
}

const [task, ...rest] = process.argv.slice(2);
checkNode();
const pnpm = pnpmPath();
// turbo calls the package manager by name, so the fetched one comes first in the PATH of all that follows.
process.env.PATH = `${join(dirname(pnpm), '..', '..', '.bin')}${delimiter}${process.env.PATH}`;
install(pnpm);
build();
/** Runs what was asked for; a signal to this program is passed on, so that nothing is left running. */
function runTask(args) {
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.once('exit', (status, signal) => {
    if (signal === null) process.exit(status);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

// Options alone are options of the playground's main command.
const command = rest[0] === undefined || rest[0].startsWith('-') ? ['verify', ...rest] : rest;
const programs = {
  start: ['apps/playground/dist/cli.js', ...command],
  test: ['scripts/check.mjs', ...rest],
  bench: ['scripts/bench.mjs', ...rest],
  storm: ['scripts/storm.mjs', ...rest],
  soak: ['scripts/soak.mjs', ...rest],
  'test:versions': ['scripts/test-versions.mjs', ...rest],
};
process.env.NODE_MAJOR = process.versions.node.split('.')[0];
runTask(programs[task]);
