// The five states of a process and which change of state is legal, each with the reasons it may have.
//
//   new ──arrival──▶ ready ──dispatch──▶ running ──exit──▶ terminated
//                     ▲ ▲ ◀──slice-end──── │
//                     │ │                  io
//                     │ └──io-done── blocked ◀┘
//
// `switch-in` is the one row that leaves the state as it was: the process stays ready, yet a core is
// already taken, which is switching to it. From there to `dispatch` is the process's overhead.

/** One of the five states of a process. Running means executing: a core switching to it is not enough. */
export type ProcessState = 'new' | 'ready' | 'running' | 'blocked' | 'terminated';

/** Why a process changed state; a trace's columns hold the index in this list. */
export const TRANSITION_REASONS = [
  'arrival',
  'switch-in',
  'dispatch',
  'slice-end',
  'io',
  'io-done',
  'exit',
] as const;

/** Why a process changed state. */
export type TransitionReason = (typeof TRANSITION_REASONS)[number];

/** The state before and after, by reason: a reason implies both. */
export const TRANSITIONS: Readonly<
  Record<TransitionReason, { readonly from: ProcessState; readonly to: ProcessState }>
> = {
  arrival: { from: 'new', to: 'ready' },
  'switch-in': { from: 'ready', to: 'ready' },
  dispatch: { from: 'ready', to: 'running' },
  'slice-end': { from: 'running', to: 'ready' },
  io: { from: 'running', to: 'blocked' },
  'io-done': { from: 'blocked', to: 'ready' },
  exit: { from: 'running', to: 'terminated' },
};
