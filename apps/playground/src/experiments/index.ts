/** Every experiment, in the order in which they are told. Adding one is a file and a line here. */
import type { Experiment } from '../experiment.js';
import { bySubclass } from './creating/by-subclass.js';
import { byTarget } from './creating/by-target.js';
import { childChangeUnseen } from './isolation/child-change-unseen.js';
import { cpuBound } from './model/cpu-bound.js';
import { currentAndParent } from './identity/current-and-parent.js';
import { daemonKilledParent } from './ending/daemon-killed-parent.js';
import { daemonNormalExit } from './ending/daemon-normal-exit.js';
import { forkCopies } from './creating/fork-copies.js';
import { notByFile } from './messaging/not-by-file.js';
import { pipeKeepsMessages } from './messaging/pipe.js';
import { queueHandsOver } from './messaging/queue.js';
import { sameAddress } from './memory/same-address.js';
import { sharedPages } from './memory/shared-pages.js';
import { exitCodes } from './ending/exit-codes.js';
import { handWrittenLock } from './locking/hand-written-lock.js';
import { holderKilled } from './locking/holder-killed.js';
import { ioBound } from './model/io-bound.js';
import { isAlive } from './ending/is-alive.js';
import { joinBlocks } from './waiting/join-blocks.js';
import { joinInstead } from './locking/join-instead.js';
import { joinSync } from './waiting/join-sync.js';
import { kill } from './ending/kill.js';
import { mainGuard } from './creating/main-guard.js';
import { mixed } from './model/mixed.js';
import { names } from './identity/names.js';
import { oneByOneOrTogether } from './waiting/one-by-one-or-together.js';
import { orphanAdopted } from './ending/orphan-adopted.js';
import { parallel } from './multiplexing/parallel.js';
import { parentChangeUnseen } from './isolation/parent-change-unseen.js';
import { pidAndPpid } from './identity/pid-and-ppid.js';
import { preemptedBySlice } from './multiplexing/preempted-by-slice.js';
import { raceWithoutLock } from './locking/race-without-lock.js';
import { reapedWithoutJoin } from './ending/reaped-without-join.js';
import { spawnStartsAfresh } from './creating/spawn-starts-afresh.js';
import { sharedMemorySeen } from './isolation/shared-memory-seen.js';
import { startReturnsFirst } from './creating/start-returns-first.js';
import { terminate } from './ending/terminate.js';
import { threeStates } from './multiplexing/three-states.js';
import { twoLoopsOneCore } from './multiplexing/two-loops-one-core.js';
import { waitingCostsNoCpu } from './multiplexing/waiting-costs-no-cpu.js';
import { withLock } from './locking/with-lock.js';
import { zombie } from './ending/zombie.js';

export const experiments: readonly Experiment[] = [
  byTarget,
  bySubclass,
  startReturnsFirst,
  spawnStartsAfresh,
  forkCopies,
  mainGuard,
  joinBlocks,
  oneByOneOrTogether,
  joinSync,
  childChangeUnseen,
  parentChangeUnseen,
  sharedMemorySeen,
  pidAndPpid,
  currentAndParent,
  names,
  terminate,
  kill,
  isAlive,
  exitCodes,
  zombie,
  reapedWithoutJoin,
  orphanAdopted,
  daemonNormalExit,
  daemonKilledParent,
  twoLoopsOneCore,
  preemptedBySlice,
  waitingCostsNoCpu,
  parallel,
  threeStates,
  sameAddress,
  sharedPages,
  raceWithoutLock,
  withLock,
  joinInstead,
  holderKilled,
  handWrittenLock,
  queueHandsOver,
  pipeKeepsMessages,
  notByFile,
  cpuBound,
  ioBound,
  mixed,
];
