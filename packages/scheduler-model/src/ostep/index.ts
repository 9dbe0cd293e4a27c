// scheduler-model/ostep: the five scheduling simulators of the homework of "Operating Systems: Three Easy
// Pieces" (remzi-arpacidusseau/ostep-homework), figure for figure. They only set up the one engine and its
// policies, and translate what it says into the simulators' words.

export type { RecordedDraw } from './draws.js';
export { type LotteryJob, type LotteryResult, type OstepLotteryOptions, runLottery } from './lottery.js';
export { MersenneTwister } from './mersenne-twister.js';
export { type MlfqJob, type MlfqResult, type OstepMlfqOptions, runMlfq } from './mlfq.js';
export { type MultiJob, type MultiOptions, type MultiResult, runMulti } from './multi.js';
export {
  type ProcessRunJob,
  type ProcessRunOptions,
  type ProcessRunResult,
  runProcessRun,
} from './process-run.js';
export { runScheduler, type SchedulerJob, type SchedulerOptions, type SchedulerResult } from './scheduler.js';
