/**
 * Something that a page has asked for and listens to.
 *
 * What happened is kept until the job is forgotten, so that a page which lost its connection goes on where it was.
 * A job that nobody listens to is called off: no process works for a page that is gone.
 */
import type { ServerResponse } from 'node:http';
import { EventStream } from './event-stream.js';
import type { JobEvent } from './protocol.js';

/** How long a page may be away: longer than it takes to come back. */
const ABSENCE_MS = 2500;
/** Events kept at most; a job that says more has gone wrong. */
const MOST_EVENTS = 50_000;

type EndReason = Extract<JobEvent, { kind: 'end' }>['reason'];

/** Thrown into a job's work. */
export class CalledOff extends Error {
  override readonly name = 'CalledOff';
  readonly reason: EndReason;

  constructor(reason: EndReason) {
    super('called off');
    this.reason = reason;
  }
}

export class Job {
  readonly #events: JobEvent[] = [];
  readonly #streams = new Set<EventStream>();
  readonly #calledOff = new AbortController();
  #absence: NodeJS.Timeout | undefined;
  /** Settles when it has ended and nothing of it is left. */
  readonly done: Promise<void>;

  constructor(work: (job: Job) => Promise<void>) {
    this.#watchAbsence();
    this.done = this.#run(work);
  }

  get signal(): AbortSignal {
    return this.#calledOff.signal;
  }

  get hasEnded(): boolean {
    return this.#events.at(-1)?.kind === 'end';
  }

  say(event: JobEvent): void {
    if (this.hasEnded) return;
    if (this.#events.length >= MOST_EVENTS) this.callOff('failed');
    else this.#events.push(event);
    for (const stream of this.#streams) stream.wake();
  }

  callOff(reason: EndReason = 'called-off'): void {
    this.#calledOff.abort(new CalledOff(reason));
  }

  /** @param from - how many events the page has had already */
  stream(response: ServerResponse, from: number): void {
    clearTimeout(this.#absence);
    let next = from;
    const stream = new EventStream(response, () => {
      const event = this.#events[next];
      if (event === undefined) return this.hasEnded ? 'end' : 'later';
      next++;
      return { id: next, data: event };
    });
    this.#streams.add(stream);
    response.on('close', () => {
      this.#streams.delete(stream);
      if (this.#streams.size === 0) this.#watchAbsence();
    });
  }

  #watchAbsence(): void {
    clearTimeout(this.#absence);
    this.#absence = setTimeout(() => this.callOff(), ABSENCE_MS).unref();
  }

  async #run(work: (job: Job) => Promise<void>): Promise<void> {
    let reason: EndReason = 'done';
    try {
      await work(this);
    } catch (error) {
      if (error instanceof CalledOff) {
        ({ reason } = error);
      } else {
        reason = 'failed';
        const { code, message } = error as NodeJS.ErrnoException;
        this.say({ kind: 'error', code, message: message ?? String(error) });
      }
    }
    clearTimeout(this.#absence);
    this.#events.push({ kind: 'end', reason });
    for (const stream of this.#streams) stream.wake();
  }
}
