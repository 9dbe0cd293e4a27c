/** What the scheduler model says of a workload on this machine, which it knows by its number of cores. */
import { cpus } from 'node:os';
import { cpu, type Prediction, predict, type ProcessSpec } from 'scheduler-model';

/** Times in milliseconds. */
export function predictHere(processes: readonly ProcessSpec[], cores: number): Prediction {
  return predict(processes, { cores, online: cpus().length });
}

/** So many loops that compute for so many milliseconds each. */
export function predictLoops(count: number, ms: number, cores: number): Prediction {
  const loops = Array.from({ length: count }, (_, index) => ({
    name: `loop ${index + 1}`,
    script: [cpu(ms)],
  }));
  return predictHere(loops, cores);
}
