/**
 * Where a test build can be killed: between any two steps of acquire, wait and release. In the published build the
 * condition before each call is `false` when it is built, and nothing of this is left.
 */
declare global {
  /** Set by tsup.config.ts. */
  const IPC_LOCK_STEPS: boolean;
}

let stop: { readonly step: string; passes: number; readonly signal: NodeJS.Signals } | undefined;

/** Ends or stops this process here if `IPC_LOCK_STOP_AT=STEP:PASSES:SIGNAL` says so. */
export function atStep(step: string): void {
  if (stop === undefined) {
    const [name = '', passes = '1', signal = 'SIGKILL'] = (process.env['IPC_LOCK_STOP_AT'] ?? '').split(':');
    stop = { step: name, passes: Number(passes), signal: signal as NodeJS.Signals };
  }
  if (stop.step !== step || --stop.passes !== 0) return;
  process.kill(process.pid, stop.signal);
}
