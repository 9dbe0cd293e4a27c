/** Who a process is: what it says of itself and of its parent. */
import { currentProcess, parentProcess } from 'core-process';
import { untilTold } from '../child-signals.js';

export interface Identity {
  readonly pid: number;
  readonly ppid: number;
  readonly name: string;
  /** Null in a process that core-process did not start. */
  readonly parent: { readonly pid: number; readonly name: string; readonly isAlive: boolean } | null;
}

export function whoAmI(): Identity {
  const { pid, name } = currentProcess();
  const parent = parentProcess();
  return {
    pid,
    ppid: process.ppid,
    name,
    parent: parent === undefined ? null : { pid: parent.pid, name: parent.name, isAlive: parent.isAlive() },
  };
}

/** Stays until the parent says so, so that several are there at once. */
export async function whoAmIWhenTold(): Promise<Identity> {
  await untilTold();
  return whoAmI();
}
