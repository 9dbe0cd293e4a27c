/**
 * A workload in the model and on this machine's cores, side by side: what the experiments of this group share.
 *
 * The model's machine has nothing else to do. So a process's time is taken without what other programs had of
 * the cores while it was ready, and that is told too.
 */
import type { Process } from 'core-process';
import { cpu, io, type Prediction, type ProcessSpec } from 'scheduler-model';
import { type Bar, timeBar } from '../../bars.js';
import { allowedCores, pin, withoutPinning } from '../../cores.js';
import { NotPossibleHereError } from '../../errors.js';
import type { Experiment, Measuring, Text } from '../../experiment.js';
import { percent } from '../../format.js';
import { hear, tell } from '../../meeting.js';
import { takenByOthers, total } from '../../on-cpu.js';
import { predictHere } from '../../predict-here.js';
import { program } from '../../program-urls.js';
import type { Performed } from '../../programs/compute.js';

/** A process: milliseconds of computing and of waiting in turn, beginning with computing. */
interface Load {
  readonly name: string;
  readonly steps: readonly number[];
}

/** Times in milliseconds. */
export interface Side {
  readonly makespan: number;
  /** One for each process. */
  readonly turnarounds: readonly number[];
  /** All processes together. */
  readonly voluntary: number;
  readonly involuntary: number;
  /** Mean of the turns that were cut short; undefined if none was. */
  readonly slice: number | undefined;
}

export interface Comparison {
  readonly cores: number;
  readonly predicted: Side;
  /** Without what others took, which is told as `taken`: the most of any process. */
  readonly measured: Side & { readonly taken: number };
}

type Figures = readonly Comparison[];

/** Of a time. On a machine that has little else to do, errors are below a third of it. */
const TOLERANCE = 0.15;

/** Of the time, what others may take: in a run that is quiet, and in one that will do. */
const QUIET = 0.1;
const MOST_TAKEN = 0.2;
const ATTEMPTS = 4;

/** A way to predict. */
type Model = (processes: readonly ProcessSpec[], cores: number) => Prediction;

/** A model for which waiting is work: it keeps the core. */
export const waitingIsWork: Model = (processes, cores) =>
  predictHere(
    processes.map((process) => ({
      ...process,
      script: process.script.map((step) => (step.kind === 'io' ? cpu(step.ticks) : step)),
    })),
    cores,
  );

/** A model for which each process has a core of its own. */
export const coresForAll: Model = (processes) => predictHere(processes, processes.length);

function predicted(model: Model, loads: readonly Load[], cores: number): Side {
  const { makespan, processes, sliceLength } = model(
    loads.map(({ name, steps }) => ({
      name,
      script: steps.map((ms, index) => (index % 2 === 0 ? cpu(ms) : io(ms))),
    })),
    cores,
  );
  const sum = (key: 'voluntarySwitches' | 'involuntarySwitches') =>
    processes.reduce((all, process) => all + process[key], 0);
  return {
    makespan,
    turnarounds: processes.map(({ turnaround }) => turnaround),
    voluntary: sum('voluntarySwitches'),
    involuntary: sum('involuntarySwitches'),
    slice: sliceLength,
  };
}

/** Measures again as long as others are busy, and takes the run in which they had least. */
async function measured(
  measuring: Measuring,
  loads: readonly Load[],
  cores: readonly number[],
): Promise<Comparison['measured']> {
  const shareTaken = ({ taken, makespan }: Comparison['measured']) => taken / (makespan + taken);
  let quietest = await measuredOnce(measuring, loads, cores);
  for (let again = 1; again < ATTEMPTS && shareTaken(quietest) > QUIET; again++) {
    const run = await measuredOnce(measuring, loads, cores);
    if (shareTaken(run) < shareTaken(quietest)) quietest = run;
  }
  if (shareTaken(quietest) <= MOST_TAKEN) return quietest;
  const share = percent(shareTaken(quietest));
  throw new NotPossibleHereError({
    en: `this machine is too busy: even in the quietest of ${ATTEMPTS} runs, other programs took ${share} of the time`,
    zh: `机器太忙：${ATTEMPTS} 次里最安静的一次，其他程序也占去 ${share} 的时间`,
  });
}

async function measuredOnce(
  { start }: Measuring,
  loads: readonly Load[],
  cores: readonly number[],
): Promise<Comparison['measured']> {
  const children: Process<unknown[], Performed>[] = [];
  for (const { steps } of loads) {
    const child = start<Performed>({
      target: program('compute', 'perform'),
      args: [...steps],
      // A process of the model has one thread; V8's helpers would be others on the same cores.
      execArgv: ['--single-threaded'],
    });
    await hear(child, 'ready');
    pin(child.pid as number, cores);
    children.push(child);
  }
  tell(...children);
  const results = await Promise.all(children.map((child) => child.result));
  const taken = takenByOthers(results, cores.length);
  const begin = Math.min(...results.map((result) => result.begin));
  const turnarounds = results.map(({ end }, index) => end - begin - (taken[index] as number));
  const sum = (key: 'voluntary' | 'involuntary') => results.reduce((all, result) => all + result[key], 0);
  const cut = results.flatMap(({ cutShort }) => cutShort);
  return {
    makespan: Math.max(...turnarounds),
    turnarounds,
    voluntary: sum('voluntary'),
    involuntary: sum('involuntary'),
    slice: cut.length === 0 ? undefined : total(cut) / cut.length,
    taken: Math.max(...taken),
  };
}

/** Of the predicted time; above 0 if the measured one is more. */
const errorOf = (predictedTime: number, measuredTime: number): number =>
  (measuredTime - predictedTime) / predictedTime;

function errorsOf({ predicted: model, measured: machine }: Comparison) {
  const turnarounds = model.turnarounds.map((time, index) =>
    errorOf(time, machine.turnarounds[index] as number),
  );
  return {
    makespan: errorOf(model.makespan, machine.makespan),
    worst: turnarounds.toSorted((one, other) => Math.abs(other) - Math.abs(one))[0] as number,
    mean: errorOf(mean(model.turnarounds), mean(machine.turnarounds)),
  };
}

/** On several cores, which of them ends first depends on where it was woken: only their mean is predicted. */
function isNear(comparison: Comparison): boolean {
  const { makespan, worst, mean: meanError } = errorsOf(comparison);
  return Math.max(Math.abs(makespan), Math.abs(comparison.cores === 1 ? worst : meanError)) <= TOLERANCE;
}

function mean(times: readonly number[]): number {
  return times.reduce((sum, time) => sum + time, 0) / times.length;
}

const ms = (time: number | undefined): string => (time === undefined ? '–' : `${time.toFixed(1)} ms`);
const signed = (error: number): string => `${error < 0 ? '−' : '+'}${(100 * Math.abs(error)).toFixed(1)} %`;

function inEnglish(comparison: Comparison): string {
  const { cores, predicted: model, measured: machine } = comparison;
  const error = errorsOf(comparison);
  return [
    `${cores === 1 ? '1 core' : `${cores} cores`}: done after ${ms(model.makespan)} in the model, ${ms(machine.makespan)} here (${signed(error.makespan)})`,
    `turnarounds ${signed(error.mean)} on average, ${signed(error.worst)} at worst`,
    `waits ${model.voluntary} and ${machine.voluntary}, cut short ${model.involuntary} and ${machine.involuntary} times`,
    `slices ${ms(model.slice)} and ${ms(machine.slice)}`,
    `others took ${ms(machine.taken)}`,
  ].join(', ');
}

function inChinese(comparison: Comparison): string {
  const { cores, predicted: model, measured: machine } = comparison;
  const error = errorsOf(comparison);
  return [
    `${cores} 个核：模型用时 ${ms(model.makespan)}，实际 ${ms(machine.makespan)}（${signed(error.makespan)}）`,
    `周转时间平均误差 ${signed(error.mean)}，最大 ${signed(error.worst)}`,
    `等待 ${model.voluntary} 与 ${machine.voluntary} 次，被抢占 ${model.involuntary} 与 ${machine.involuntary} 次`,
    `时间片 ${ms(model.slice)} 与 ${ms(machine.slice)}`,
    `其他程序占去 ${ms(machine.taken)}`,
  ].join('，');
}

function barsOf({ cores, predicted: model, measured: machine }: Comparison): readonly Bar[] {
  const [en, zh] = [cores === 1 ? 'one core' : `${cores} cores`, `${cores} 个核`];
  return [
    timeBar(`${en}, in the model`, `${zh}，模型`, model.makespan),
    timeBar(`${en}, here`, `${zh}，实际`, machine.makespan),
  ];
}

/** An experiment with a load, on one core and, where there are two, on two. */
export function prediction(about: {
  readonly id: `model/${string}`;
  readonly claim: Text;
  readonly code: string;
  readonly loads: readonly [onOneCore: readonly Load[], onTwo: readonly Load[]];
  /** A model that misses what the claim is about. */
  readonly blind: { readonly instead: Text; readonly model: Model };
}): Experiment<Figures> {
  const compare = async (measuring: Measuring, model: Model): Promise<Figures> => {
    const cores = allowedCores();
    const figures: Comparison[] = [];
    for (const [index, loads] of about.loads.slice(0, cores.length).entries()) {
      const count = index + 1;
      figures.push({
        cores: count,
        predicted: predicted(model, loads, count),
        // The last ones: the first has most of the machine's own work.
        measured: await measured(measuring, loads, cores.slice(-count)),
      });
    }
    return figures;
  };
  return {
    id: about.id,
    claim: about.claim,
    code: about.code,
    unavailable: withoutPinning,
    measure: (measuring) => compare(measuring, predictHere),
    judge: (figures) => ({
      holds: figures.every(isNear),
      measured: {
        en: `${figures.map(inEnglish).join('; ')}; ±${100 * TOLERANCE} % allowed`,
        zh: `${figures.map(inChinese).join('；')}；允许 ±${100 * TOLERANCE} %`,
      },
    }),
    bars: (figures) => figures.flatMap(barsOf),
    control: {
      instead: about.blind.instead,
      measure: (measuring) => compare(measuring, about.blind.model),
    },
  };
}

/** The same steps, so many times. */
export function rounds(count: number, ...steps: readonly number[]): number[] {
  return Array.from({ length: count }, () => steps).flat();
}
