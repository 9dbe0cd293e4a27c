import { cpu, io, type Run, roundRobin, simulate } from 'scheduler-model';
import { withoutPinning } from '../../cores.js';
import type { Experiment, Measuring } from '../../experiment.js';
import { percent } from '../../format.js';
import { tell } from '../../meeting.js';
import { overlap, type Stretch, total } from '../../on-cpu.js';
import { ready, sharedCore } from '../../race.js';

interface Side {
  /** Times the process that waits gave its core up. */
  readonly voluntary: number;
  /** Of the time that it waited, the share that the other used; 0 when it did not wait. */
  readonly used: number;
}

interface Figures {
  readonly predicted: Side;
  readonly measured: Side;
}

const ROUNDS = 20;
const COMPUTE_MS = 5;
const WAIT_MS = 20;
/** Of the switches; and a few more, since Node waits now and then for reasons of its own. */
const TOLERANCE = 0.25;
/** The model's machine has nothing else to do; this one may have, and much. */
const LEAST_USED = 0.1;

function predict(): Side {
  const run = simulate(
    [
      {
        name: 'waits',
        script: Array.from({ length: ROUNDS }, () => [cpu(COMPUTE_MS), io(WAIT_MS)]).flat(),
      },
      { name: 'computes', script: [cpu(ROUNDS * (COMPUTE_MS + WAIT_MS) * 2)] },
    ],
    { policy: roundRobin({ quantum: 4 }), machine: { cores: 1, unit: 'ms' } },
  );
  const blocked = stretchesOf(run, 1, 'blocked');
  return {
    voluntary: run.processes[0]?.voluntarySwitches ?? 0,
    used: overlap(blocked, stretchesOf(run, 2, 'running')) / total(blocked),
  };
}

/** When a process of the model was in a state. */
function stretchesOf({ trace }: Run, pid: number, state: string): Stretch[] {
  const stretches: Stretch[] = [];
  let since: number | undefined;
  for (const row of trace) {
    if (row.pid !== pid) continue;
    if (since !== undefined) stretches.push([since, row.time]);
    since = row.to === state ? row.time : undefined;
  }
  return stretches;
}

/** Runs the same for real; the other one computes as long as it is there. */
async function run(measuring: Measuring, waits: boolean): Promise<Side> {
  const other = await ready(measuring, 'attendAwake', [], sharedCore());
  const watched = waits
    ? await ready(measuring, 'computeAndWait', [ROUNDS, COMPUTE_MS, WAIT_MS], sharedCore())
    : await ready(measuring, 'compute', [ROUNDS * COMPUTE_MS], sharedCore());
  tell(other, watched);
  const { onCpu, voluntary } = await watched.result;
  tell(other);
  const { onCpu: others } = await other.result;
  // Between two of its stretches it waited, if it was for as long as it had asked for.
  const blocked = onCpu.slice(1).flatMap(([from], index): Stretch[] => {
    const to = (onCpu[index] as Stretch)[1];
    return from - to >= WAIT_MS - 1 ? [[to, from]] : [];
  });
  return { voluntary, used: blocked.length === 0 ? 0 : overlap(blocked, others) / total(blocked) };
}

export const waitingProcess: Experiment<Figures> = {
  id: 'model/waiting-process',
  claim: {
    en: 'The model predicts how often a process gives its core up to wait, and that the other one gets it.',
    zh: '模型能预测一个进程因等待而让出 CPU 的次数，以及 CPU 归了另一个进程。',
  },
  code: `import { cpu, io, renderGanttText, roundRobin, simulate } from 'scheduler-model';

const run = simulate(
  [
    { name: 'waits', script: [cpu(5), io(20), cpu(5), io(20), cpu(5), io(20)] },
    { name: 'computes', script: [cpu(80)] },
  ],
  { policy: roundRobin({ quantum: 4 }), machine: { cores: 1, unit: 'ms' } },
);
console.log(renderGanttText(run));
console.log('given up', run.processes[0].voluntarySwitches, 'times');`,
  unavailable: withoutPinning,
  measure: async (measuring) => ({ predicted: predict(), measured: await run(measuring, true) }),
  judge: ({ predicted, measured }) => {
    const error = Math.abs(measured.voluntary - predicted.voluntary);
    return {
      holds: error <= predicted.voluntary * TOLERANCE + 2 && measured.used >= LEAST_USED,
      measured: {
        en: `given up ${predicted.voluntary} times in the model, ${measured.voluntary} here (±${percent(TOLERANCE)} allowed); of the time it waited, the other used ${percent(predicted.used)} in the model, ${percent(measured.used)} here (${percent(LEAST_USED)} or more)`,
        zh: `让出次数：模型 ${predicted.voluntary}，实际 ${measured.voluntary}（允许 ±${percent(TOLERANCE)}）；等待的时间里另一个用了：模型 ${percent(predicted.used)}，实际 ${percent(measured.used)}（至少 ${percent(LEAST_USED)}）`,
      },
    };
  },
  control: {
    instead: { en: 'a real process that never waits', zh: '实际运行一个从不等待的进程' },
    measure: async (measuring) => ({ predicted: predict(), measured: await run(measuring, false) }),
  },
};
