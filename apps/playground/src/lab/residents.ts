/** Processes that a person has started to look at. They end with the lab, with the page, or when told. */
import { setImmediate } from 'node:timers/promises';
import { Process } from 'core-process';
import { program } from '../program-urls.js';
import { LabRequestError } from './lab-errors.js';
import { LIMITS, type ResidentKind, type ResidentSignal } from './protocol.js';

export class Residents {
  readonly #living = new Map<number, { readonly kind: ResidentKind; readonly child: Process }>();

  /** Asked for, and not there yet. */
  #expected = 0;
  #isClosed = false;

  kindOf(pid: number): ResidentKind | undefined {
    return this.#living.get(pid)?.kind;
  }

  /** @throws LabRequestError 409 when there would be too many */
  async start(kind: ResidentKind, count: number): Promise<void> {
    if (this.#living.size + this.#expected + count > LIMITS.residents) {
      throw new LabRequestError(409, 'ERR_LAB_TOO_MANY', `There are ${LIMITS.residents} processes at most.`);
    }
    this.#expected += count;
    for (let left = count; left > 0; left--) {
      this.#expected--;
      if (!this.#isClosed) this.#startOne(kind);
      // Asking for a process takes milliseconds: the page's streams go on between two of them.
      await setImmediate();
    }
  }

  #startOne(kind: ResidentKind): void {
    const child = new Process({
      target: program('residents', kind),
      args: [LIMITS.residentLifetimeMs],
      // Gone with this process, even if that is killed.
      daemon: true,
      stdio: 'ignore',
    });
    child.start();
    const pid = child.pid as number;
    this.#living.set(pid, { kind, child });
    // Ended by a signal is how most of them end: not an error of ours.
    child.result.catch(() => undefined);
    void child.join().then(() => this.#living.delete(pid));
  }

  /** @throws LabRequestError 404 for a process that is not one of these */
  signal(pid: number, signal: ResidentSignal): void {
    const resident = this.#living.get(pid);
    if (resident === undefined) {
      throw new LabRequestError(
        404,
        'ERR_LAB_NO_SUCH_PROCESS',
        `There is no process ${pid} of the lab's any more.`,
      );
    }
    // The child is not reaped before this thread says so: its pid is nobody else's yet.
    if (resident.child.isAlive()) process.kill(pid, signal);
  }

  /** Settles when all are gone. */
  async endAll(): Promise<void> {
    const children = [...this.#living.values()].map(({ child }) => child);
    for (const child of children) child.kill();
    await Promise.all(children.map((child) => child.join()));
  }

  /** Ends all, and starts none any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.endAll();
  }
}
