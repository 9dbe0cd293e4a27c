/** joinSync() while the child writes more than its pipes hold, on both of them, and reports more too. */
import { isMainProcess, Process } from 'core-process';

export function flood() {
  const line = `${'x'.repeat(1023)}\n`;
  for (let i = 0; i < 1024; i++) process.stdout.write(line);
  for (let i = 0; i < 1024; i++) process.stderr.write(line);
  return Buffer.alloc(4 << 20, 1);
}
if (isMainProcess) {
  const p = new Process({ target: flood, stdio: 'pipe' });
  p.start();
  const joined = p.joinSync();
  const early = { joined, alive: p.isAlive(), exitCode: p.exitCode };
  const [out, err, result] = [await p.stdout.text(), await p.stderr.text(), await p.result];
  await p.join();
  console.log(
    JSON.stringify({
      ...early,
      out: out.length,
      err: err.length,
      result: result.length,
      exit: p.exit.reason,
    }),
  );
}
