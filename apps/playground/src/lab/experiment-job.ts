/**
 * An experiment, run as `playground run` does it, in a process of its own that is watched from here with all that it
 * starts: an experiment may block its thread, and the lab goes on meanwhile.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { withoutProc } from '../platform.js';
import { experimentRunner } from '../program-urls.js';
import type { RunnerMessage } from './experiment-runner.js';
import type { Job } from './job.js';
import { ProcessSampler } from './process-sampler.js';

/** Between two looks, in milliseconds: a look costs some 0.1 ms a process. */
const LOOK_EVERY_MS = 20;
/** How long it may take to put its processes away when it is called off. */
const GRACE_MS = 8000;
/** How long output is waited for when somebody unknown still holds the pipe. */
const OUTPUT_MS = 1000;

export async function runExperimentJob(job: Job, id: string): Promise<void> {
  const began = performance.now();
  const runner = spawn(process.execPath, [fileURLToPath(experimentRunner()), id], {
    stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
  });
  const exited = once(runner, 'exit');
  // Its output ends when nobody has the other end of the pipes any more, its children included.
  const heardOut = once(runner, 'close');
  // One that could not be started is told by the other promise.
  heardOut.catch(() => undefined);
  // It reads its end off this pipe: also when this process is killed.
  const letGo = () => runner.stdin?.destroy();
  job.signal.addEventListener('abort', letGo, { once: true });
  if (job.signal.aborted) letGo();
  let errors = '';
  runner.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-4000);
  });
  let hasResult = false;
  createInterface({ input: runner.stdio[3] as Readable }).on('line', (line) => {
    const message = JSON.parse(line) as RunnerMessage;
    if (message.kind === 'result') {
      hasResult = true;
      job.say(message);
    } else {
      job.say({ ...message, at: performance.now() - began });
    }
  });
  const watching = watch(job, runner.pid, began);
  try {
    await Promise.race([exited, abandoned(job.signal)]);
  } finally {
    watching.stop();
    // Whatever did not go by itself.
    if (runner.exitCode === null && runner.signalCode === null) runner.kill('SIGKILL');
    await exited;
    watching.killRest();
    await Promise.race([heardOut, sleep(OUTPUT_MS, undefined, { ref: false })]);
    for (const stream of runner.stdio) stream?.destroy();
    job.signal.removeEventListener('abort', letGo);
  }
  job.signal.throwIfAborted();
  if (!hasResult) throw new Error(`The measuring process ended without a result. ${errors}`.trim());
}

/** Settles some time after the abort: then patience is at its end. */
async function abandoned(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
  await sleep(GRACE_MS, undefined, { ref: false });
}

function watch(job: Job, root: number | undefined, began: number) {
  if (root === undefined || withoutProc() !== undefined) return { stop() {}, killRest() {} };
  const sampler = new ProcessSampler(root);
  let from = performance.now() - began;
  const look = () => {
    const seen = sampler.look();
    const to = performance.now() - began;
    job.say({ kind: 'sample', from, to, ...seen });
    from = to;
  };
  look();
  const timer = setInterval(look, LOOK_EVERY_MS);
  return {
    stop() {
      clearInterval(timer);
      look();
    },
    /** An experiment's own undoing ends all that it started; only one that was killed itself leaves any. */
    killRest() {
      sampler.look();
      for (const { pid } of sampler.known) {
        if (pid === root) continue;
        try {
          process.kill(pid, 'SIGKILL');
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
        }
      }
    },
  };
}
