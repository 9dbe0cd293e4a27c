/** Processes that a person has started to look at. They end with the lab, with the page, or when told. */
import { Process } from 'core-process';
import { program } from '../program-urls.js';
import { LabRequestError } from './lab-errors.js';
import { LIMITS, type ResidentKind, type ResidentSignal } from './protocol.js';

export class Residents {
  readonly #living = new Map<number, { readonly kind: ResidentKind; readonly child: Process }>();

  kindOf(pid: number): ResidentKind | undefined {
    return this.#living.get(pid)?.kind;
  }

  /** @throws LabRequestError 409 when there would be too many */
  start(kind: ResidentKind, count: number): void {
    if (this.#living.size + count > LIMITS.residents) {
      throw new LabRequestError(409, 'ERR_LAB_TOO_MANY', `There are ${LIMITS.residents} processes at most.`);
    }
    for (let started = 0; started < count; started++) {
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
}
