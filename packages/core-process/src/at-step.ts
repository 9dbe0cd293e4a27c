/**
 * Where a test build can be stopped, for somebody to be killed meanwhile: at each step of a start. In the published
 * build the condition before each call is `false` when it is built, and nothing of this is left.
 */
import { appendFileSync, existsSync, readlinkSync, statSync, writeFileSync } from 'node:fs';

declare global {
  /** Set by tsup.config.ts. */
  const CORE_PROCESS_STEPS: boolean;
}

const sleeper = new Int32Array(new SharedArrayBuffer(4));

/**
 * `CORE_PROCESS_STOP_AT=FOLDER|STEP|PASS`: whoever makes that pass of the step, counted over all processes, writes its
 * pid to `stopped` in the folder, and waits for `go` to be there.
 */
export function atStep(step: string): void {
  const [folder, name, pass] = (process.env['CORE_PROCESS_STOP_AT'] ?? '').split('|');
  if (name !== step) return;
  appendFileSync(`${folder}/passes`, '.');
  if (statSync(`${folder}/passes`).size !== Number(pass)) return;
  // In a copy process.pid may still be that of its original.
  writeFileSync(`${folder}/stopped`, readlinkSync('/proc/self'));
  while (!existsSync(`${folder}/go`)) Atomics.wait(sleeper, 0, 0, 1);
}
