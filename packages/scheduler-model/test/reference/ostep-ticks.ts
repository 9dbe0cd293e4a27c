// What OSTEP's simulators do, tick by tick, written straight from the rules and independent of the engine:
// loops over time, no events. Only figures that decide all others are given.

import type { Draws } from '../../src/ostep/draws.js';
import type {
  MlfqJob,
  MultiJob,
  MultiOptions,
  OstepMlfqOptions,
  ProcessRunJob,
  ProcessRunOptions,
} from '../../src/ostep/index.js';

interface Job extends MlfqJob {
  pri: number;
  ticks: number;
  allot: number;
  left: number;
}

export function mlfqTicks(list: readonly MlfqJob[], options: OstepMlfqOptions) {
  const n = options.quantumList === '' ? options.numQueues : options.quantumList.split(',').length;
  const lists = (text: string, value: number) => {
    const high = text === '' ? Array.from({ length: n }, () => value) : text.split(',').map(Number);
    return high.toReversed();
  };
  const quantum = lists(options.quantumList, options.quantum);
  const allotment = lists(options.allotmentList, options.allotment);
  const at = (values: readonly number[], index: number) => values[index] as number;
  const jobs: Job[] = list.map((job) => ({
    ...job,
    pri: n - 1,
    ticks: at(quantum, n - 1),
    allot: at(allotment, n - 1),
    left: job.runTime,
  }));
  const queues: Job[][] = Array.from({ length: n }, () => []);
  const due = new Map<number, [Job, boolean][]>();
  const put = (time: number, job: Job, isIo: boolean) => {
    due.set(time, [...(due.get(time) ?? []), [job, isIo]]);
  };
  for (const job of jobs) put(job.startTime, job, false);
  const rows: number[][] = [];
  let finished = 0;
  for (let t = 0; finished < jobs.length; ) {
    if (options.boost > 0 && t !== 0 && t % options.boost === 0) {
      for (let q = 0; q < n - 1; q++) queues[n - 1]?.push(...(queues[q] as Job[]).splice(0));
      for (const job of jobs) {
        if (job.left > 0)
          Object.assign(job, { pri: n - 1, ticks: at(quantum, n - 1), allot: at(allotment, n - 1) });
      }
    }
    for (const [job, isIo] of due.get(t) ?? []) {
      if (isIo && options.iobump) queues[job.pri]?.unshift(job);
      else queues[job.pri]?.push(job);
    }
    due.delete(t);
    const level = queues.findLastIndex((queue) => queue.length > 0);
    const queue = queues[level];
    const job = queue?.[0];
    if (queue === undefined || job === undefined) {
      rows.push([-1, -1, -1, -1, -1]);
      t++;
      continue;
    }
    job.left--;
    job.ticks--;
    rows.push([job.job, level, job.ticks, job.allot, job.left]);
    t++;
    if (job.left === 0) {
      finished++;
      queue.shift();
      continue;
    }
    const isUsedUp = job.ticks === 0;
    let isInIo = false;
    if (job.ioFreq > 0 && (job.runTime - job.left) % job.ioFreq === 0) {
      isInIo = true;
      queue.shift();
      if (options.stay) Object.assign(job, { ticks: at(quantum, level), allot: at(allotment, level) });
      put(t + options.iotime, job, true);
    }
    if (isUsedUp) {
      if (!isInIo) queue.shift();
      job.allot--;
      if (job.allot === 0) {
        const down = Math.max(0, level - 1);
        Object.assign(job, { pri: down, ticks: at(quantum, down), allot: at(allotment, down) });
      } else job.ticks = at(quantum, level);
      if (!isInIo) queues[job.pri]?.push(job);
    }
  }
  const column = (index: number) => rows.map((row) => row[index]);
  return {
    cpu: column(0),
    priority: column(1),
    ticksLeft: column(2),
    allotLeft: column(3),
    timeLeft: column(4),
  };
}

export function processRunTicks(list: readonly ProcessRunJob[], options: ProcessRunOptions) {
  const todo = list.map(({ instructions }) => instructions.split(''));
  const states = list.map(() => 'READY');
  const finishes = list.map((): number[] => []);
  const letters = new Map<number, string>();
  let cur = 0;
  states[0] = 'RUNNING';
  const onIo = options.switch === 'SWITCH_ON_IO';
  const next = () => {
    for (let step = 1; step <= list.length; step++) {
      const pid = (cur + step) % list.length;
      if (states[pid] === 'READY') {
        cur = pid;
        states[pid] = 'RUNNING';
        return;
      }
    }
  };
  const endCheck = () => {
    if (todo[cur]?.length === 0 && states[cur] === 'RUNNING') {
      states[cur] = 'DONE';
      next();
    }
  };
  for (let t = 1; states.some((state) => state !== 'DONE'); t++) {
    for (const [pid, times] of finishes.entries()) {
      if (!times.includes(t)) continue;
      states[pid] = 'READY';
      if (options.iodone === 'IO_RUN_IMMEDIATE') {
        if (cur !== pid && states[cur] === 'RUNNING') states[cur] = 'READY';
        cur = pid;
        states[pid] = 'RUNNING';
      } else {
        const runnable = () => states.filter((state) => state === 'READY' || state === 'RUNNING').length;
        if ((!onIo && runnable() > 1) || runnable() === 1) {
          cur = pid;
          states[pid] = 'RUNNING';
        }
      }
      endCheck();
    }
    const instruction = states[cur] === 'RUNNING' ? todo[cur]?.shift() : undefined;
    for (const [pid, state] of states.entries()) {
      const idle = { READY: 'r', BLOCKED: 'b', DONE: 'x', RUNNING: 'R' }[state];
      const letter = pid === cur && state === 'RUNNING' ? (instruction ?? 'R') : idle;
      letters.set(pid, `${letters.get(pid) ?? ''}${letter}`);
    }
    if (instruction === 'i') {
      states[cur] = 'BLOCKED';
      finishes[cur]?.push(t + options.iolength + 1);
      if (onIo) next();
    }
    endCheck();
  }
  return { states: list.map((_, pid) => letters.get(pid) ?? '') };
}

export function multiTicks(list: readonly MultiJob[], options: MultiOptions, draws: Draws) {
  const { num_cpus: cpus, quantum, peek_interval: peek, warmup_time: warmup, warm_rate: rate } = options;
  const jobs = list.map((job) => ({ ...job, left: job.runTime, isDone: false }));
  type Running = (typeof jobs)[number];
  const mayRun = (job: Running, cpu: number) => job.affinity.length === 0 || job.affinity.includes(cpu);
  const central = [...jobs];
  const queues: Running[][] = Array.from({ length: cpus }, () => (options.per_cpu_queues ? [] : central));
  if (options.per_cpu_queues) {
    const left = [...jobs];
    while (left.length > 0) {
      for (let cpu = 0; cpu < cpus; cpu++) {
        const index = left.findIndex((job) => mayRun(job, cpu));
        if (index !== -1) queues[cpu]?.push(left.splice(index, 1)[0] as Running);
      }
    }
  }
  const state = queues.map(() => ({
    job: undefined as Running | undefined,
    warm: [] as Running[],
    warming: new Map<Running, number>(),
    cpu: [] as (string | null)[],
    timeLeft: [] as (number | null)[],
    warmNames: [] as string[],
  }));
  const queueNames: string[] = [];
  const getWarm = (cpu: (typeof state)[number], job: Running) => {
    cpu.warm.unshift(job);
    while (cpu.warm.reduce((sum, { workingSet }) => sum + workingSet, 0) > options.cache_size) {
      cpu.warming.set(cpu.warm.pop() as Running, warmup);
    }
  };
  let t = 0;
  for (; jobs.some((job) => !job.isDone) && t < 5000; t++) {
    if (t > 0 && t % quantum === 0) {
      for (const [index, cpu] of state.entries()) {
        if (cpu.job !== undefined) queues[index]?.push(cpu.job);
        cpu.job = undefined;
      }
    }
    if (options.per_cpu_queues && peek > 0 && t > 0 && t % peek === 0) {
      for (const [index, queue] of queues.entries()) {
        if (queue.length > 0) continue;
        const others = [...queues.keys()].filter((other) => other !== index);
        const victim = queues[draws.choice(others)] as Running[];
        const found = victim.findIndex(
          ({ affinity, runTime, workingSet }) =>
            affinity.length === 0 || index === runTime || index === workingSet,
        );
        if (found !== -1) queue.push(victim.splice(found, 1)[0] as Running);
      }
    }
    const ascending = [...state.keys()];
    for (const index of options.rand_order ? draws.shuffle(ascending) : ascending) {
      const cpu = state[index] as (typeof state)[number];
      if (cpu.job !== undefined) continue;
      const queue = queues[index] as Running[];
      const found = queue.findIndex((job) => mayRun(job, index));
      if (found === -1) continue;
      const job = queue.splice(found, 1)[0] as Running;
      cpu.job = job;
      if (cpu.warm.includes(job) || cpu.warming.has(job)) continue;
      if (warmup === 0) getWarm(cpu, job);
      else cpu.warming.set(job, warmup);
    }
    for (const cpu of state) {
      const { job } = cpu;
      cpu.cpu.push(job?.name ?? null);
      if (job === undefined) cpu.timeLeft.push(null);
      else {
        job.left = Math.max(0, job.left - (cpu.warm.includes(job) ? rate : 1));
        cpu.timeLeft.push(job.left);
        const counter = cpu.warming.get(job);
        if (counter !== undefined) {
          if (counter - 1 <= 0) {
            cpu.warming.delete(job);
            getWarm(cpu, job);
          } else cpu.warming.set(job, counter - 1);
        }
        if (job.left <= 0) {
          job.isDone = true;
          cpu.job = undefined;
        }
      }
      cpu.warmNames.push(
        jobs
          .filter((job) => cpu.warm.includes(job))
          .map(({ name }) => name)
          .join(),
      );
    }
    queueNames.push(
      (options.per_cpu_queues ? queues : [central])
        .map((queue) => queue.map(({ name }) => name).join())
        .join('|'),
    );
  }
  return {
    finishedTime: t,
    cpu: state.map(({ cpu }) => cpu),
    timeLeft: state.map(({ timeLeft }) => timeLeft),
    warm: state.map(({ warmNames }) => warmNames),
    queues: queueNames,
  };
}
