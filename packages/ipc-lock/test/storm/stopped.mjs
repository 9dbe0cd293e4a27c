/**
 * A holder that is stopped for a long while keeps its lock. `node stopped.mjs SECONDS [portable]`: prints a line, and
 * exits with 1 if it did not.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Lock } from 'ipc-lock';
import { addressOf, chooseBackEnd } from './rebuild.mjs';

const [seconds, backEnd] = process.argv.slice(2);
chooseBackEnd(backEnd);
const directory = mkdtempSync(join(tmpdir(), 'stopped-'));
const lock = Lock.open('it', { directory });
const program = fileURLToPath(new URL('../programs/hold.mjs', import.meta.url));
const child = spawn(process.execPath, [program, 'at', addressOf(lock)], {
  stdio: ['pipe', 'pipe', 'inherit'],
});
const failures = [];
const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
for (let line = ''; !line.startsWith('granted'); ) line = (await lines.next()).value;
child.kill('SIGSTOP');
try {
  const guard = await lock.acquire({ timeout: Number(seconds) * 1000 });
  failures.push('the lock was had while its holder was stopped');
  guard.release();
} catch (error) {
  if (error.code !== 'ERR_LOCK_TIMEOUT') failures.push(error.message);
}
if (lock.holder()?.pid !== child.pid) failures.push('its holder was forgotten');
child.kill('SIGCONT');
child.stdin.write('release\n');
const guard = await lock.acquire({ timeout: 10_000 });
if (guard.abandoned !== null) failures.push('a holder that lives was told of as dead');
lock.close();
rmSync(directory, { recursive: true });
console.log(JSON.stringify({ seconds: Number(seconds), failures }));
process.exitCode = failures.length === 0 ? 0 : 1;
