/** The READMEs of the repository: their programs are the examples, and what they tell to type works. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { commandsOf, programsOf } from './readme.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const readmes = ['README.md', 'README.zh-CN.md', 'apps/playground/README.md'];
// `npm start` alone is what the longest of them does anyway, `npm test` is running this, packages are installed
// by check-packages.mjs, and the lab's page is used by the playground's tests.
const RUNS_HERE = /^npm start -- /;
const RUNS_ELSEWHERE = /^(npm start|npm test|npm run lab|npm install [\w-]+)$/;

let failures = 0;
function report(isRight, what, details = '') {
  if (!isRight) failures++;
  console.log(`  ${isRight ? '\u2713' : '\u2717'} ${what}${isRight ? '' : `\n${details}`}`);
}

const commands = new Set();
for (const name of readmes) {
  const text = readFileSync(join(root, name), 'utf8');
  for (const { file, code } of programsOf(text)) {
    report(readFileSync(join(root, file), 'utf8') === code, `${name}: the block of ${file} is that file`);
  }
  for (const command of commandsOf(text)) {
    if (RUNS_HERE.test(command)) commands.add(command);
    else if (!RUNS_ELSEWHERE.test(command)) report(false, `${name}: nothing runs "${command}"`);
  }
}
for (const command of commands) {
  const { status, stdout, stderr } = spawnSync(command, { cwd: root, encoding: 'utf8', shell: true });
  report(status === 0, command, stdout + stderr);
}
process.exit(failures === 0 ? 0 : 1);
