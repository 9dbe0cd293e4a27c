/**
 * Each package as its user gets it: linted as published (publint, attw), packed, installed alone into an
 * empty folder, used from ESM and from require(), and its README's programs run there as pasted.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { commandsOf, expectedOutput, programsOf } from './readme.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const names = readdirSync(join(root, 'packages')).filter((name) => name !== '.turbo');
const bin = (name) => join(root, 'node_modules', '.bin', name);
const pnpmVersion = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).packageManager.replace(
  'pnpm@',
  '',
);
const pnpm = join(root, '.cache', `pnpm-${pnpmVersion}`, 'node_modules', 'pnpm', 'bin', 'pnpm.mjs');

const work = mkdtempSync(join(realpathSync(tmpdir()), 'check-packages-'));
// Files of named locks stay when their programs have ended: those of the READMEs' programs go with this folder.
const locks = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : work, 'check-packages-'));
let failures = 0;

/** Runs a command; on failure shows all it wrote. */
function check(title, command, args, cwd) {
  const result = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, CI: '1', NO_COLOR: '1', IPC_LOCK_DIR: locks },
  });
  if (result.status === 0) {
    console.log(`  \u2713 ${title}`);
    return result.stdout;
  }
  failures++;
  console.error(`  \u2717 ${title}\n${result.stdout}${result.stderr}${result.error ?? ''}`);
  return undefined;
}

function pack(name) {
  const folder = join(work, 'packed', name);
  mkdirSync(folder, { recursive: true });
  execFileSync(process.execPath, [pnpm, 'pack', '--pack-destination', folder], {
    cwd: join(root, 'packages', name),
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, CI: '1' },
  });
  return join(folder, readdirSync(folder)[0]);
}

try {
  const tarballs = Object.fromEntries(names.map((name) => [name, pack(name)]));
  for (const name of names) {
    console.log(name);
    const source = join(root, 'packages', name);
    check('publint', bin('publint'), ['--strict', tarballs[name]], source);
    check(
      'attw',
      bin('attw'),
      [tarballs[name], '--profile', 'esm-only', '--no-summary', '--no-emoji'],
      source,
    );

    // Alone: the packages of ours that it depends on come from their tarballs, all else from the registry.
    const folder = join(work, 'alone', name);
    mkdirSync(folder, { recursive: true });
    const others = Object.fromEntries(
      names.filter((other) => other !== name).map((other) => [other, `file:${tarballs[other]}`]),
    );
    writeFileSync(
      join(folder, 'package.json'),
      JSON.stringify({
        private: true,
        type: 'module',
        dependencies: { [name]: `file:${tarballs[name]}` },
        overrides: others,
      }),
    );
    if (
      check('installs alone', 'npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], folder) ===
      undefined
    )
      continue;
    writeFileSync(
      join(folder, 'both.cjs'),
      `const required = require('${name}');
import('${name}').then((imported) => {
  const names = Object.keys(imported).filter((key) => key !== 'module.exports');
  if (names.length === 0) throw new Error('it exports nothing');
  for (const key of names) if (imported[key] !== required[key]) throw new Error(key + ' differs between import and require');
  console.log(names.length);
});
`,
    );
    check('import and require() give the same instance', process.execPath, ['both.cjs'], folder);

    const readme = readFileSync(join(source, 'README.md'), 'utf8');
    for (const { file, language, code } of programsOf(readme)) {
      const example = join(source, file);
      if (readFileSync(example, 'utf8') !== code) {
        failures++;
        console.error(`  \u2717 README: the block of ${file} differs from that file`);
      }
      const program = join(folder, file.split('/').pop());
      writeFileSync(program, code);
      const loader =
        language === 'ts'
          ? ['--import', `file://${join(root, 'node_modules', 'tsx', 'dist', 'loader.mjs')}`]
          : [];
      const output = check(`README: ${file} runs as pasted`, process.execPath, [...loader, program], folder);
      const expected = expectedOutput(example);
      if (output !== undefined && expected !== undefined && output !== expected) {
        failures++;
        console.error(`  \u2717 README: ${file} printed\n${output}instead of\n${expected}`);
      }
    }
    for (const command of commandsOf(readme)) {
      // One in the background belongs to a scene of several; test/e2e plays it.
      if (command.startsWith(`npx ${name} `) && !command.endsWith('&'))
        check(`README: ${command}`, 'sh', ['-c', command], folder);
    }
  }
} finally {
  for (const folder of [locks, work]) rmSync(folder, { recursive: true, force: true });
}
process.exit(failures === 0 ? 0 : 1);
