// The states of a process and which change of state is legal, each with the reasons it may have.
//
//   new ──arrival, fork──▶ ready ──dispatch──▶ running ──exit──▶ terminated
//    │                      ▲ ▲ ◀─slice-end──── │  └──zombie──▶ zombie ──reap──▶ terminated
//    │                      │ │   preempted     │
//    │                      │ │   yield        io, lock-wait, wait
//    │                      │ └── io-done,      │
//    │                      │  lock-granted, blocked ◀┘
//    └─no-memory─▶ blocked ─┘  child-exit, swapped-in
//
// Some rows leave the state as it was. From `switch-in` a core is taken which is switching to the process;
// until `dispatch` (or `switch-out`, when the switch is given up) the time is the process's overhead.
// `migrate` moves a ready process to another core's queue; `warm` and `evict` tell of a core's cache.

/** One of the states of a process. Running means executing: a core switching to it is not enough. */
export type ProcessState = 'new' | 'ready' | 'running' | 'blocked' | 'zombie' | 'terminated';

/** Why a row of the trace was written; a trace's columns hold the index in this list. */
export const TRANSITION_REASONS = [
  'arrival',
  'fork',
  'switch-in',
  'switch-out',
  'dispatch',
  'slice-end',
  'preempted',
  'yield',
  'io',
  'io-done',
  'lock-wait',
  'lock-granted',
  'wait',
  'child-exit',
  'no-memory',
  'swapped-in',
  'exit',
  'zombie',
  'reap',
  'migrate',
  'warm',
  'evict',
] as const;

/** Why a process changed state. */
export type TransitionReason = (typeof TRANSITION_REASONS)[number];

/** The state before and after, by reason: a reason implies both. */
export const TRANSITIONS: Readonly<
  Record<TransitionReason, { readonly from: ProcessState; readonly to: ProcessState }>
> = {
  arrival: { from: 'new', to: 'ready' },
  fork: { from: 'new', to: 'ready' },
  'switch-in': { from: 'ready', to: 'ready' },
  'switch-out': { from: 'ready', to: 'ready' },
  dispatch: { from: 'ready', to: 'running' },
  'slice-end': { from: 'running', to: 'ready' },
  preempted: { from: 'running', to: 'ready' },
  yield: { from: 'running', to: 'ready' },
  io: { from: 'running', to: 'blocked' },
  'io-done': { from: 'blocked', to: 'ready' },
  'lock-wait': { from: 'running', to: 'blocked' },
  'lock-granted': { from: 'blocked', to: 'ready' },
  wait: { from: 'running', to: 'blocked' },
  'child-exit': { from: 'blocked', to: 'ready' },
  'no-memory': { from: 'new', to: 'blocked' },
  'swapped-in': { from: 'blocked', to: 'ready' },
  exit: { from: 'running', to: 'terminated' },
  zombie: { from: 'running', to: 'zombie' },
  reap: { from: 'zombie', to: 'terminated' },
  migrate: { from: 'ready', to: 'ready' },
  warm: { from: 'running', to: 'running' },
  evict: { from: 'ready', to: 'ready' },
};

/** Rows about a process that say nothing of its state: an evicted one may be in any. */
export const isStateless = (reason: TransitionReason): boolean =>
  reason === 'migrate' || reason === 'warm' || reason === 'evict';

/** The index of each reason, as columns hold it. */
export const REASON_INDEX = Object.fromEntries(
  TRANSITION_REASONS.map((reason, index) => [reason, index]),
) as Readonly<Record<TransitionReason, number>>;

/** The state after, by the index of the reason. */
export const STATE_AFTER: readonly ProcessState[] = TRANSITION_REASONS.map(
  (reason) => TRANSITIONS[reason].to,
);
