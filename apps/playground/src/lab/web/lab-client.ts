/** The page's side of the lab's server: requests with the key, streams that are taken up again. */
import { signal } from '@preact/signals';
import { type JobEvents, type JobRequest, KEY_HEADER, type LabInfo, type LabRefusal } from '../protocol.js';
import { recall, remember } from './settings.js';
import { replaceRoute } from './route.js';

/**
 * `opening`: not known yet; `stale`: the server has another key; `gone`: it does not answer.
 */
export type Presence = 'opening' | 'here' | 'gone' | 'stale';

export const presence = signal<Presence>('opening');
export const info = signal<LabInfo | undefined>(undefined);

/** A request that was refused, with the server's stable code; `ERR_LAB_GONE` when nobody answered. */
export class RefusedError extends Error {
  readonly code: string;

  constructor({ code, message }: LabRefusal) {
    super(message);
    this.code = code;
  }
}

let key = '';

/** Takes the key out of the address, where it would be seen and shared. */
export function open(): void {
  const given = /^#key=([\w-]+)/.exec(location.hash)?.[1];
  if (given !== undefined) {
    remember('key', given);
    replaceRoute('#/experiments');
  }
  key = given ?? recall('key') ?? '';
  void learn();
}

async function learn(): Promise<void> {
  try {
    info.value = await request<LabInfo>('GET', '/api/lab');
    watchPresence();
  } catch (error) {
    presence.value = (error as RefusedError).code === 'ERR_LAB_GONE' ? 'gone' : 'stale';
  }
}

function watchPresence(): void {
  const stream = new EventSource(`/api/presence?key=${key}`);
  stream.addEventListener('open', () => {
    presence.value = 'here';
  });
  stream.addEventListener('error', () => {
    presence.value = stream.readyState === EventSource.CLOSED ? 'stale' : 'gone';
  });
}

export async function request<T>(method: string, path: string, body?: unknown): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers: { [KEY_HEADER]: key, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      body: body === undefined ? null : JSON.stringify(body),
    });
  } catch {
    throw new RefusedError({ code: 'ERR_LAB_GONE', message: 'The lab does not answer.' });
  }
  const answer: unknown = await response.json();
  if (!response.ok) throw new RefusedError(answer as LabRefusal);
  return answer as T;
}

/** Events of a stream, until it is closed or the server has no more. */
export function listen(path: string, hear: (event: unknown) => void, onLost?: () => void): () => void {
  const stream = new EventSource(`${path}?key=${key}`);
  stream.addEventListener('message', ({ data }) => hear(JSON.parse(data as string)));
  stream.addEventListener('error', () => {
    // Otherwise it tries again by itself, and says what it heard last.
    if (stream.readyState === EventSource.CLOSED) onLost?.();
  });
  return () => stream.close();
}

/** A run that this page has asked for. */
export interface RunningJob {
  stop(): void;
}

/** Starts a job and hears its events; the last is `end`, whatever happens. @throws RefusedError */
export async function startJob<K extends JobRequest['kind']>(
  wanted: Extract<JobRequest, { kind: K }>,
  hear: (event: JobEvents[K]) => void,
): Promise<RunningJob> {
  const { job } = await request<{ job: string }>('POST', '/api/jobs', wanted);
  const path = `/api/jobs/${job}`;
  const leave = () =>
    void fetch(path, { method: 'DELETE', headers: { [KEY_HEADER]: key }, keepalive: true }).catch(
      () => undefined,
    );
  const finish = () => {
    close();
    removeEventListener('pagehide', leave);
  };
  const close = listen(
    path,
    (event) => {
      const known = event as JobEvents[K];
      if (known.kind === 'end') finish();
      hear(known);
    },
    () => {
      finish();
      hear({ kind: 'error', code: 'ERR_LAB_GONE', message: 'The lab does not answer.' });
      hear({ kind: 'end', reason: 'failed' });
    },
  );
  // Without this, the server would notice some seconds later.
  addEventListener('pagehide', leave);
  return { stop: leave };
}
