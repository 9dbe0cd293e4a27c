/** Every experiment, in the order in which they are told. Adding one is a file and a line here. */
import type { Experiment } from '../experiment.js';
import { bySubclass } from './creating/by-subclass.js';
import { byTarget } from './creating/by-target.js';
import { mainGuard } from './creating/main-guard.js';
import { spawnStartsAfresh } from './creating/spawn-starts-afresh.js';
import { startReturnsFirst } from './creating/start-returns-first.js';

export const experiments: readonly Experiment[] = [
  byTarget,
  bySubclass,
  startReturnsFirst,
  spawnStartsAfresh,
  mainGuard,
];
