/**
 * The lab's server: the page's files, and what the page may ask of this machine.
 *
 * | request                       | answer                                                        |
 * | ----------------------------- | ------------------------------------------------------------- |
 * | GET /api/lab                  | LabInfo                                                       |
 * | GET /api/presence             | a stream that ends when the lab does                          |
 * | POST /api/jobs                | starts a job, after calling off the one before: `{ job }`     |
 * | GET /api/jobs/:job            | the job's events, as a stream that can be taken up again      |
 * | DELETE /api/jobs/:job         | calls it off                                                  |
 * | GET /api/processes            | the process tree, as a stream of whole tables                 |
 * | POST /api/processes           | starts some to look at                                        |
 * | POST /api/signals             | signals one of them                                           |
 *
 * No process outlives the server, however it ends, and none the page that wanted it.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cpuCount } from 'core-process';
import { strategies } from 'ticket-demo';
import { withoutPinning } from '../cores.js';
import { groupOf } from '../experiment.js';
import { experiments } from '../experiments/index.js';
import { withoutProc } from '../platform.js';
import { labPage } from '../program-urls.js';
import { EventStream, lastEventId } from './event-stream.js';
import { runExperimentJob } from './experiment-job.js';
import { Job } from './job.js';
import { LabListenError, LabRequestError } from './lab-errors.js';
import { runModelJob } from './model-job.js';
import { ProcessTable } from './process-table.js';
import type { JobRequest, LabInfo, LabRefusal } from './protocol.js';
import { readBody, readJobRequest, readResidentRequest, readSignalRequest } from './read-request.js';
import { checkKey, checkSite, makeKey } from './request-guard.js';
import { Residents } from './residents.js';
import { runSaleJob } from './sale-job.js';
import { SAFETY_HEADERS, StaticFiles } from './static-files.js';

/** Between two tables of the process tree, in milliseconds. */
const TABLE_EVERY_MS = 250;
/** How long processes to look at stay when no page looks at them. */
const RESIDENTS_STAY_MS = 2500;
/** Jobs that a page may still ask about. */
const REMEMBERED_JOBS = 8;

/** Loopback only: the lab acts on this machine. */
const HOST = '127.0.0.1';

export interface Lab {
  /** The address to open, with the key in it. */
  readonly address: string;
  readonly port: number;
  /** Settles when the server is closed and none of its processes is left. */
  close(): Promise<void>;
}

/**
 * @param port - 0 for any
 * @throws LabListenError when the port can't be had
 */
export async function startLab(port: number): Promise<Lab> {
  const lab = new LabServer();
  return await lab.listen(port);
}

class LabServer {
  readonly #key = makeKey();
  readonly #files = new StaticFiles(labPage());
  readonly #residents = new Residents();
  readonly #jobs = new Map<string, Job>();
  readonly #info = labInfo();
  readonly #server: Server;
  #port = 0;
  #watchers = 0;
  #unwatched: NodeJS.Timeout | undefined;
  #starting: Promise<unknown> = Promise.resolve();

  constructor() {
    this.#server = createServer((request, response) => void this.#answer(request, response));
    // A stream may be silent for longer than a request may take.
    this.#server.requestTimeout = 30_000;
  }

  async listen(port: number): Promise<Lab> {
    this.#server.listen(port, HOST);
    try {
      await once(this.#server, 'listening');
    } catch (error) {
      throw new LabListenError(port, error as NodeJS.ErrnoException);
    }
    this.#port = (this.#server.address() as AddressInfo).port;
    return {
      port: this.#port,
      address: `http://${HOST}:${this.#port}/#key=${this.#key}`,
      close: () => this.#close(),
    };
  }

  async #close(): Promise<void> {
    clearTimeout(this.#unwatched);
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const job of this.#jobs.values()) job.callOff();
    await Promise.all([...this.#jobs.values()].map((job) => job.done));
    await this.#residents.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      checkSite(request.headers, this.#port);
      const url = new URL(request.url ?? '/', `http://${HOST}`);
      if (!url.pathname.startsWith('/api/')) {
        if (request.method !== 'GET') throw notAllowed();
        this.#files.serve(url.pathname, response);
        return;
      }
      checkKey(request.headers, url, this.#key);
      await this.#act(request, response, url.pathname);
    } catch (error) {
      refuse(response, error);
    }
  }

  async #act(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const [, job] = /^\/api\/jobs\/([\w-]+)$/.exec(path) ?? [];
    switch (`${request.method} ${job === undefined ? path : '/api/jobs/:job'}`) {
      case 'GET /api/lab':
        return json(response, 200, this.#info);
      case 'GET /api/presence':
        return silentStream(response);
      case 'POST /api/jobs':
        return json(response, 201, { job: await this.#startJob(readJobRequest(await readBody(request))) });
      case 'GET /api/jobs/:job':
        return this.#job(job).stream(response, lastEventId(request));
      case 'DELETE /api/jobs/:job':
        this.#job(job).callOff();
        return json(response, 200, {});
      case 'GET /api/processes':
        return this.#streamProcesses(response);
      case 'POST /api/processes': {
        const { kind, count } = readResidentRequest(await readBody(request));
        await this.#residents.start(kind, count);
        this.#watchAbsence();
        return json(response, 201, {});
      }
      case 'POST /api/signals': {
        const { pid, signal } = readSignalRequest(await readBody(request));
        this.#residents.signal(pid, signal);
        return json(response, 200, {});
      }
      default:
        throw new LabRequestError(404, 'ERR_LAB_NO_SUCH_PAGE', `There is no ${request.method} ${path}.`);
    }
  }

  #job(id: string | undefined): Job {
    const job = this.#jobs.get(id ?? '');
    if (job === undefined) throw new LabRequestError(404, 'ERR_LAB_NO_SUCH_JOB', 'That run is forgotten.');
    return job;
  }

  /** One after the other, also when two pages ask at once. */
  #startJob(request: JobRequest): Promise<string> {
    const starting = this.#starting.then(async () => {
      const running = [...this.#jobs.values()].filter((job) => !job.hasEnded);
      for (const job of running) job.callOff('replaced');
      await Promise.all(running.map((job) => job.done));
      const id = makeKey();
      this.#jobs.set(id, new Job((job) => work(job, request)));
      for (const old of [...this.#jobs.keys()].slice(0, -REMEMBERED_JOBS)) this.#jobs.delete(old);
      return id;
    });
    this.#starting = starting.catch(() => undefined);
    return starting;
  }

  #streamProcesses(response: ServerResponse): void {
    clearTimeout(this.#unwatched);
    this.#watchers++;
    const table = new ProcessTable(this.#residents);
    let isDue = true;
    const stream = new EventStream(response, () => {
      // A page that is slow gets fewer tables, never old ones.
      if (!isDue) return 'later';
      isDue = false;
      return { data: table.look() };
    });
    const timer = setInterval(() => {
      isDue = true;
      stream.wake();
    }, TABLE_EVERY_MS);
    response.on('close', () => {
      clearInterval(timer);
      this.#watchers--;
      this.#watchAbsence();
    });
  }

  #watchAbsence(): void {
    if (this.#watchers > 0) return;
    clearTimeout(this.#unwatched);
    this.#unwatched = setTimeout(() => void this.#residents.endAll(), RESIDENTS_STAY_MS).unref();
  }
}

function work(job: Job, request: JobRequest): Promise<void> {
  switch (request.kind) {
    case 'experiment':
      return runExperimentJob(job, request.id);
    case 'sale':
      return runSaleJob(job, request);
    case 'model':
      return runModelJob(job, request);
    default:
      return request satisfies never;
  }
}

/** Says nothing: that it is there is the news. */
function silentStream(response: ServerResponse): void {
  const stream = new EventStream(response, () => 'later');
  stream.wake();
}

function labInfo(): LabInfo {
  return {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cpus: cpuCount(),
    experiments: experiments.map((experiment) => ({
      id: experiment.id,
      group: groupOf(experiment),
      claim: experiment.claim,
      code: experiment.code,
      instead: experiment.control.instead,
    })),
    strategies: strategies.map(({ name, correct }) => ({ name, correct })),
    blind: withoutProc(),
    unmeasurable: withoutPinning(),
  };
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, {
    ...SAFETY_HEADERS,
    'content-type': 'application/json',
    'cache-control': 'no-store',
  });
  response.end(JSON.stringify(body));
}

function notAllowed(): LabRequestError {
  return new LabRequestError(405, 'ERR_LAB_NO_SUCH_PAGE', 'Files are for reading.');
}

function refuse(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const known = error instanceof LabRequestError;
  if (!known) console.error('lab:', error);
  const refusal: LabRefusal = {
    code: known ? error.code : ((error as NodeJS.ErrnoException).code ?? 'ERR_LAB_FAILED'),
    message: (error as Error).message,
  };
  json(response, known ? error.status : 500, refusal);
}
