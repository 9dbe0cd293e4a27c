/**
 * The scheduler model: how many turns a second of 1,000 processes with round robin on one core, beside other
 * simulators. By CPU time: what else the machine does is no part of it.
 */
import { spawnSync } from 'node:child_process';
import { cpu, roundRobin, simulate, type TraceLevel } from 'scheduler-model';
import { cpuTime } from '../cpu-time.js';
import { runBench, type Subject } from '../harness.js';
import { pythonSubject } from '../python.js';
import { Entity, Facility, Sim } from '../simjs.js';

const PROCESSES = 1000;
const TURNS = 1000;
const METRIC = 'turns';

const figure = (turns: number, ms: number) => [{ metric: METRIC, unit: 'M/s', value: turns / ms / 1000 }];

/** Each turn of ours is one event: the end of a slice, after which the next process is given the core. */
function ours(trace: TraceLevel): Subject {
  const processes = Array.from({ length: PROCESSES }, (_, index) => ({
    name: `p${index}`,
    script: [cpu(TURNS)],
  }));
  return {
    name: `scheduler-model, trace ${trace}`,
    measure: () => {
      const began = cpuTime();
      const run = simulate(processes, { policy: roundRobin({ quantum: 1 }), trace, maxEvents: 1e9 });
      const took = cpuTime() - began;
      if (run.metrics.makespan !== PROCESSES * TURNS) throw new Error('The run is not what it should be.');
      return figure(PROCESSES * TURNS, took);
    },
  };
}

/** A figure to compare with that is not measured here. */
const asked = (name: string, value: number): Subject => ({
  name,
  measure: () => [{ metric: METRIC, unit: 'M/s', value }],
});

class Process extends Entity {
  #left = 0;
  #core: object = new Facility('core');

  start(core: object, turns: number): void {
    this.#core = core;
    this.#left = turns;
    this.#turn();
  }

  #turn(): void {
    if (this.#left-- > 0) this.useFacility(this.#core, 1).done(() => this.#turn());
  }
}

const simjs: Subject = {
  name: 'simjs',
  measure: () => {
    const turns = 100;
    const sim = new Sim();
    const core = new Facility('core');
    for (let index = 0; index < PROCESSES; index++) sim.addEntity(Process, `p${index}`, core, turns);
    const began = cpuTime();
    sim.simulate(Infinity, PROCESSES * turns * 10);
    return figure(PROCESSES * turns, cpuTime() - began);
  },
};

/** Simulators for Python that are a package of their own. */
function pythonPackage(name: string, program: string, args: readonly string[], published: string): Subject {
  const subject = pythonSubject(name, program, args);
  if (subject.missing !== undefined) return subject;
  const hasIt = spawnSync('python3', ['-c', `import ${name.toLowerCase()}`]).status === 0;
  return hasIt ? subject : { ...subject, missing: `not installed here; published: ${published}` };
}

const floors = { without: asked('asked for without trace', 5), full: asked('asked for with full trace', 2) };

await runBench({
  bench: 'model',
  rounds: 7,
  subjects: [
    ours('none'),
    ours('slices'),
    ours('full'),
    floors.without,
    floors.full,
    simjs,
    pythonPackage(
      'SimPy',
      'model_simpy.py',
      [String(PROCESSES), '20'],
      '1 to 2 M events a second, two or three a turn',
    ),
    pythonPackage('SimSo', 'model_simso.py', ['2000'], '65,000 events a second'),
  ],
  ratios: [
    { metric: METRIC, ours: ours('none').name, peer: floors.without.name, target: 1, bound: 'at least' },
    { metric: METRIC, ours: ours('full').name, peer: floors.full.name, target: 1, bound: 'at least' },
    { metric: METRIC, ours: ours('none').name, peer: 'simjs', target: 1, bound: 'at least' },
  ],
});
