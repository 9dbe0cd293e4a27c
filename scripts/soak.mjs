/** The long run of what forkserver.test.ts does in short, on each version of Node, fetched as the npm package `node`. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const HELP = `Starts processes in a row, each with work of its own, and shows that nothing is left behind.

  npm run soak -- [options]

  --versions 20,22,24,26     of Node, fetched when they are not there yet
  --methods forkserver,fork  how processes are started
  --starts 10000             for each version and method
  --lanes 2                  processes at a time
  --load 120                 seconds of one process that is busy to the end
  --table 0                  rows of a table that the first process has in memory
`;

function options() {
  try {
    return parseArgs({
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        starts: { type: 'string', default: '10000' },
        load: { type: 'string', default: '120' },
        versions: { type: 'string', default: '20,22,24,26' },
        methods: { type: 'string', default: 'forkserver,fork' },
        lanes: { type: 'string', default: '2' },
        table: { type: 'string', default: '0' },
      },
    }).values;
  } catch (error) {
    console.error(`${error.message}\n\n${HELP}`);
    return process.exit(2);
  }
}

const values = options();
if (values.help) {
  console.log(HELP);
  process.exit();
}

/** The newest Node of a major version. */
function nodeOf(version) {
  const folder = join(root, '.cache', `node-${version}`);
  const path = join(folder, 'node_modules', 'node', 'bin', 'node');
  if (!existsSync(path)) {
    const quiet = ['--no-save', '--no-audit', '--no-fund', '--loglevel=error'];
    execFileSync('npm', ['install', '--prefix', folder, ...quiet, `node@${version}`], { stdio: 'inherit' });
  }
  return path;
}

/** With which a process can copy itself. */
const FLAGS = { fork: ['--single-threaded', '--v8-pool-size=1'] };

const program = join(root, 'packages', 'core-process', 'test', 'programs', 'soak.mjs');
const passedOn = ['starts', 'load', 'lanes', 'table'].flatMap((name) => [`--${name}`, values[name]]);

/** @param report - what the program prints */
function print(report) {
  const { node, startMethod, isRight, starts, msPerStart, before, after, busy, ...found } = report;
  console.log(
    `${isRight ? '\u2713' : '\u2717'} Node ${node}, ${startMethod}: ${starts} starts, ${msPerStart.toFixed(1)} ms each`,
  );
  const change = (row, index, name) => `${row[name]} \u2192 ${after[index]?.[name]}`;
  before.forEach((row, index) =>
    console.log(
      `    ${index === 0 ? 'owner' : 'server'}: descriptors ${change(row, index, 'descriptors')}, ` +
        `private kilobytes ${change(row, index, 'kilobytes')}`,
    ),
  );
  for (const { rounds, rss, heapUsed, error } of busy) {
    const megabytes = `${Math.round(rss / 2 ** 20)} MB, of which heap in use ${Math.round(heapUsed / 2 ** 20)} MB`;
    console.log(
      `    under load: ${error ?? `${rounds} rounds of all kinds of work; at the end ${megabytes}`}`,
    );
  }
  if (!isRight) console.log(`    ${JSON.stringify(found)}`);
}

let failed = 0;
for (const version of values.versions.split(',')) {
  for (const method of values.methods.split(',')) {
    const args = [...(FLAGS[method] ?? []), program, '--method', method, ...passedOn];
    const { status, signal, stdout } = spawnSync(nodeOf(version), args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (stdout === '')
      console.log(`\u2717 Node ${version}, ${method}: ended with ${signal ?? status} and no result`);
    else print(JSON.parse(stdout));
    if (status !== 0) failed++;
  }
}
process.exit(failed === 0 ? 0 : 1);
