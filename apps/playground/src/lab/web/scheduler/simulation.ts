/** From what was typed to runs of the model, or to what is wrong with it. Pure. */
import { type Operation, type ProcessSpec, type Run, simulate, type Transition } from 'scheduler-model';
import { Chart, type Paint, Row } from '../timeline/chart.js';
import type { Plan } from './plan.js';
import { POLICIES, POLICY_NAMES, type PolicyName, type Weight, WEIGHTS } from './policies.js';
import { parseScript, type ScriptProblem } from './workload-text.js';

export type Field = 'name' | 'arrival' | 'script' | Weight;

export type Problem =
  | { readonly row: number; readonly field: Field; readonly problem: RowProblem }
  | { readonly machine: 'cores' | 'quantum' | 'contextSwitch'; readonly least: number; readonly most: number }
  | { readonly nothing: true }
  | { readonly tooMany: number };

export type RowProblem =
  | ScriptProblem
  | { readonly kind: 'nameless' }
  | { readonly kind: 'twice' }
  | { readonly kind: 'locks' }
  | { readonly kind: 'range'; readonly least: number; readonly most: number };

export const MOST_PROCESSES = 64;
const MOST_ARRIVAL = 100_000;
/** Enough for any workload that a person can look at; the model says so when it was not. */
const MOST_EVENTS = 200_000;

const LIMITS = { cores: [1, 64], quantum: [1, 10_000], contextSwitch: [0, 1000] } as const;
const WEIGHT_LIMITS: Readonly<Record<Weight, readonly [number, number]>> = {
  priority: [-100, 100],
  nice: [-20, 19],
  tickets: [1, 10_000],
  deadline: [0, 1_000_000],
  period: [1, 1_000_000],
};

export interface Simulated {
  readonly policy: PolicyName;
  readonly run: Run;
  readonly chart: Chart;
}

export interface Simulation {
  readonly runs: readonly Simulated[];
  readonly problems: readonly Problem[];
}

function integerIn(text: string, [least, most]: readonly [number, number]): number | undefined {
  const value = Number(text);
  return text.trim() !== '' && Number.isInteger(value) && value >= least && value <= most ? value : undefined;
}

export function chosenPolicies({ policies }: Plan): PolicyName[] {
  return POLICY_NAMES.filter((name) => policies.includes(name));
}

/** What the policies chosen heed, a column of the table each. */
export function weightsOf(plan: Plan): Weight[] {
  const heeded = chosenPolicies(plan).map((name) => POLICIES[name].weight);
  return WEIGHTS.filter((weight) => heeded.includes(weight));
}

export function simulatePlan(plan: Plan): Simulation {
  const problems: Problem[] = [];
  const machine = { cores: 0, quantum: 0, contextSwitch: 0 };
  for (const key of ['cores', 'quantum', 'contextSwitch'] as const) {
    const [least, most] = LIMITS[key];
    const value = integerIn(plan[key], LIMITS[key]);
    if (value === undefined) problems.push({ machine: key, least, most });
    else machine[key] = value;
  }
  if (plan.processes.length > MOST_PROCESSES) problems.push({ tooMany: MOST_PROCESSES });
  const workload = plan.processes.map((_, row) => specOf(plan, row, problems));
  const policies = chosenPolicies(plan);
  if (workload.length === 0 || policies.length === 0) problems.push({ nothing: true });
  if (problems.length > 0) return { runs: [], problems };
  const { cores, contextSwitch, quantum } = machine;
  const runs = policies.map((policy): Simulated => {
    const run = simulate(workload as ProcessSpec[], {
      policy: POLICIES[policy].make({ quantum }),
      machine: { cores, contextSwitch },
      maxEvents: MOST_EVENTS,
    });
    return { policy, run, chart: chartOf(run) };
  });
  // Side by side on one scale.
  const longest = Math.max(...runs.map(({ chart }) => chart.to));
  for (const { chart } of runs) chart.to = longest;
  return { runs, problems };
}

function specOf(plan: Plan, row: number, problems: Problem[]): ProcessSpec | undefined {
  const { name, arrival, script, weights: given } = plan.processes[row] as Plan['processes'][number];
  const report = (field: Field, problem: RowProblem) => problems.push({ row, field, problem });
  const before = problems.length;
  if (name.trim() === '') report('name', { kind: 'nameless' });
  else if (plan.processes.findIndex((other) => other.name.trim() === name.trim()) < row) {
    report('name', { kind: 'twice' });
  }
  const at = integerIn(arrival, [0, MOST_ARRIVAL]);
  if (at === undefined) report('arrival', { kind: 'range', least: 0, most: MOST_ARRIVAL });
  const parsed = parseScript(script);
  if (parsed.problem !== undefined) report('script', parsed.problem);
  const weights: Partial<Record<Weight, number>> = {};
  for (const weight of weightsOf(plan)) {
    const text = given[weight] ?? '';
    // Left empty, it is the model's own default.
    if (text.trim() === '') continue;
    const [least, most] = WEIGHT_LIMITS[weight];
    const value = integerIn(text, [least, most]);
    if (value === undefined) report(weight, { kind: 'range', least, most });
    else weights[weight] = value;
  }
  if (parsed.problem === undefined && !locksFit(parsed.operations)) report('script', { kind: 'locks' });
  if (problems.length > before || at === undefined || parsed.problem !== undefined) return undefined;
  return { name: name.trim(), arrival: at, script: parsed.operations, ...weights };
}

/** Whether each lock is taken before it is given back, and not twice: the model refuses all else. */
function locksFit(operations: readonly Operation[]): boolean {
  const held = new Set<string>();
  return operations.every((operation) => {
    if (operation.kind === 'unlock') return held.delete(operation.name);
    if (operation.kind !== 'lock') return true;
    const isNew = !held.has(operation.name);
    held.add(operation.name);
    return isNew;
  });
}

/** What a process does after a row of the trace; undefined for a row that says nothing of that. */
function paintAfter({ from, to, reason }: Transition): Paint | 'none' | undefined {
  if (reason === 'switch-in') return 'overhead';
  if (reason === 'switch-out') return 'ready';
  if (from === to) return undefined;
  return to === 'new' || to === 'terminated' ? 'none' : to;
}

/** One row a process: what it was doing when. @param scale - of the chart's unit, so many are a tick */
export function chartOf(run: Run, scale = 1): Chart {
  const chart = new Chart();
  const rows = run.processes.map(({ name }) => new Row(name, () => name));
  const since = new Map<number, { readonly at: number; readonly paint: Paint; readonly text: string }>();
  const close = (pid: number, at: number) => {
    const open = since.get(pid);
    since.delete(pid);
    if (open !== undefined && at > open.at) {
      const { at: from, paint, text } = open;
      rows[pid - 1]?.add({ from: from * scale, to: at * scale, paint, ...(text === '' ? {} : { text }) });
    }
  };
  for (const transition of run.trace) {
    const paint = paintAfter(transition);
    if (paint === undefined) continue;
    const { pid, time, core } = transition;
    close(pid, time);
    if (paint === 'none') continue;
    const text = paint === 'running' && run.machine.cores > 1 && core !== undefined ? String(core) : '';
    since.set(pid, { at: time, paint, text });
  }
  for (const pid of since.keys()) close(pid, run.metrics.makespan);
  chart.rows.push(...rows);
  chart.to = Math.max(1, run.metrics.makespan * scale);
  return chart;
}
