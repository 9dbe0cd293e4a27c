/** A workload run for real: its processes share one core, and each says when it was on it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Process } from 'core-process';
import { pin } from '../cores.js';
import { withMeasuring } from '../measuring.js';
import { hear, tell } from '../meeting.js';
import { program } from '../program-urls.js';
import type { Performed } from '../programs/compute.js';
import { sharedCore } from '../race.js';
import type { Job } from './job.js';
import { LIMITS, type MeasuredProcess, type ModelRequest } from './protocol.js';

/** Beyond this, other programs hold the core and will not let go. */
const PATIENCE_MS = LIMITS.workMs * 5;

export async function runModelJob(job: Job, { processes }: ModelRequest): Promise<void> {
  const measured = await withMeasuring(job.signal, async ({ start }) => {
    const children: Process<unknown[], Performed>[] = [];
    for (const { steps } of processes) {
      const child = start<Performed>({
        target: program('compute', 'perform'),
        args: [...steps],
        // Gone with this process, even if that is killed.
        daemon: true,
      });
      children.push(child);
      await hear(child, 'ready');
      pin(child.pid as number, sharedCore());
    }
    job.say({ kind: 'step', step: 'measure', at: 0 });
    tell(...children);
    const patience = new AbortController();
    const results = await Promise.race([
      Promise.all(children.map((child) => child.result)),
      sleep(PATIENCE_MS, undefined, { signal: patience.signal, ref: false }).then(() => {
        throw new Error('The machine is too busy with other programs: the processes got no core.');
      }),
    ]);
    patience.abort();
    const begin = Math.min(...results.map((result) => result.begin));
    const since = (stretches: Performed['onCpu']) =>
      stretches.map(([from, to]) => [from - begin, to - begin] as const);
    return results.map(
      (result, index): MeasuredProcess => ({
        name: processes[index]?.name ?? '',
        pid: children[index]?.pid ?? 0,
        end: result.end - begin,
        running: since(result.onCpu),
        blocked: since(result.blocked),
        voluntary: result.voluntary,
        involuntary: result.involuntary,
      }),
    );
  });
  job.say({ kind: 'measured', measured });
}
