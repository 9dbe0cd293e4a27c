// A trace in the words of Linux's tracepoints, so that what a model did and what a kernel did are read by
// the same program. One row of ours may be two events of the kernel's: who leaves a core and who takes it
// are told by one sched_switch.

import type { TransitionReason } from '../process-state.js';
import type { Run } from '../simulation.js';

/** An event of the kernel's tracer; times in ticks. */
export interface KernelEvent {
  readonly time: number;
  /** The core it happened on; for a wake-up, the one the process goes to or last had. */
  readonly core: number;
  /** The process on that core at the time: 0 is the idle one. */
  readonly pid: number;
  readonly name:
    | 'sched_switch'
    | 'sched_wakeup'
    | 'sched_wakeup_new'
    | 'sched_migrate_task'
    | 'sched_process_fork'
    | 'sched_process_exit'
    | 'sched_process_wait';
  readonly fields: Readonly<Record<string, string | number>>;
}

/** How `prev_state` tells why one left its core: still runnable, waiting, or gone. */
const PREV_STATE: Readonly<Record<string, string>> = {
  'slice-end': 'R',
  preempted: 'R',
  yield: 'R',
  'switch-out': 'R',
  io: 'D',
  'lock-wait': 'S',
  wait: 'S',
  exit: 'X',
  zombie: 'Z',
};

const IS_NEW: ReadonlySet<TransitionReason> = new Set(['arrival', 'fork'] as const);
const IS_WAKEUP: ReadonlySet<TransitionReason> = new Set([
  'io-done',
  'lock-granted',
  'child-exit',
  'swapped-in',
] as const);

const IDLE = { pid: 0, comm: 'swapper' };
/** Of nice 0; the tracer counts from 0 for the most urgent of real-time. */
const PRIORITY_OF_NICE_0 = 120;

/** The events of a run, in order. */
export function toKernelEvents(run: Run): KernelEvent[] {
  const events: KernelEvent[] = [];
  const onCore = Array.from({ length: run.machine.cores }, () => 0);
  const lastCore = new Map<number, number>();
  /** Who left each core and why, until it is known who takes it. */
  const left = new Map<number, { pid: number; state: string; time: number }>();
  const comm = (pid: number): string =>
    pid === 0 ? IDLE.comm : (run.processes[pid - 1]?.name ?? String(pid));
  const add = (
    time: number,
    core: number,
    name: KernelEvent['name'],
    fields: KernelEvent['fields'],
  ): void => {
    events.push({ time, core, pid: onCore[core] ?? 0, name, fields });
  };
  const change = (time: number, core: number, next: number): void => {
    const gone = left.get(core);
    const prev = gone?.pid ?? onCore[core] ?? 0;
    left.delete(core);
    if (prev === next) return;
    onCore[core] = prev;
    const fields = {
      prev_comm: comm(prev),
      prev_pid: prev,
      prev_prio: PRIORITY_OF_NICE_0,
      prev_state: gone?.state ?? 'R',
      next_comm: comm(next),
      next_pid: next,
      next_prio: PRIORITY_OF_NICE_0,
    };
    add(time, core, 'sched_switch', fields);
    onCore[core] = next;
  };
  const settle = (until: number): void => {
    for (const [core, { time }] of left) if (time < until) change(time, core, 0);
  };
  for (const { time, pid, core, reason } of run.trace) {
    settle(time);
    const at = core ?? lastCore.get(pid) ?? 0;
    if (reason === 'fork') {
      const parent = onCore[at] ?? 0;
      const fields = { comm: comm(parent), pid: parent, child_comm: comm(pid), child_pid: pid };
      add(time, at, 'sched_process_fork', fields);
    }
    if (IS_NEW.has(reason)) add(time, at, 'sched_wakeup_new', wakeup(comm(pid), pid, at));
    else if (IS_WAKEUP.has(reason)) add(time, at, 'sched_wakeup', wakeup(comm(pid), pid, at));
    else if (reason === 'reap')
      add(time, at, 'sched_process_wait', { comm: comm(pid), pid, prio: PRIORITY_OF_NICE_0 });
    else if (reason === 'switch-in' || reason === 'dispatch') {
      const origin = lastCore.get(pid);
      if (origin !== undefined && origin !== at) {
        const fields = { comm: comm(pid), pid, prio: PRIORITY_OF_NICE_0, orig_cpu: origin, dest_cpu: at };
        add(time, at, 'sched_migrate_task', fields);
      }
      lastCore.set(pid, at);
      change(time, at, pid);
    }
    if (reason === 'exit' || reason === 'zombie') {
      add(time, at, 'sched_process_exit', { comm: comm(pid), pid, prio: PRIORITY_OF_NICE_0 });
    }
    const state = PREV_STATE[reason];
    if (state !== undefined) left.set(at, { pid, state, time });
  }
  settle(Infinity);
  return events;
}

const wakeup = (comm: string, pid: number, core: number) => ({
  comm,
  pid,
  prio: PRIORITY_OF_NICE_0,
  target_cpu: core,
});
