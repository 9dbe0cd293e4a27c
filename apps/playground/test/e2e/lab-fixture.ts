/** A lab of a test's own, and what a page would do with it. */
import { request as httpRequest } from 'node:http';
import { fileURLToPath } from 'node:url';
import { childPids, type RunningProgram, spawnProgram } from '@tooling/testkit';

export const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

export const inEnglish = { ...process.env, LC_ALL: '', LC_MESSAGES: '', LANG: 'en_US.UTF-8' };

export interface TestLab {
  readonly program: RunningProgram;
  /** As printed, with the key. */
  readonly address: string;
  readonly origin: string;
  readonly port: number;
  readonly key: string;
}

export async function startTestLab(args: readonly string[] = ['--port', '0']): Promise<TestLab> {
  const program = spawnProgram([cli, 'lab', ...args], { env: inEnglish });
  const [address] = await program.line(/http:\S+/);
  const { origin, port, hash } = new URL(address);
  return { program, address, origin, port: Number(port), key: hash.replace('#key=', '') };
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

interface AskOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** By node:http, since fetch() sets Host and Origin as it likes and normalises paths. */
export function ask(
  lab: TestLab,
  path: string,
  { method = 'GET', headers = {}, body }: AskOptions = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port: lab.port, path, method, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
      );
    });
    request.on('error', reject);
    request.end(body);
  });
}

export function post(lab: TestLab, path: string, body: unknown): Promise<Answer> {
  return ask(lab, path, {
    method: 'POST',
    headers: { 'x-lab-key': lab.key, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

export async function startJob(lab: TestLab, body: unknown): Promise<string> {
  const { status, text } = await post(lab, '/api/jobs', body);
  if (status !== 201) throw new Error(`${status}: ${text}`);
  return (JSON.parse(text) as { job: string }).job;
}

export interface Heard {
  readonly id: number;
  readonly data: { readonly kind: string; readonly [field: string]: unknown };
}

/** A stream as an EventSource would hear it. */
export class TestStream {
  readonly heard: Heard[] = [];
  readonly #abort = new AbortController();
  /** Settles when the server has no more, or close() was called. */
  readonly ended: Promise<void>;

  constructor(lab: TestLab, path: string, lastEventId?: number) {
    this.ended = this.#read(lab, path, lastEventId);
  }

  close(): void {
    this.#abort.abort();
  }

  kinds(): string[] {
    return this.heard.map(({ data }) => data.kind);
  }

  async #read(lab: TestLab, path: string, lastEventId: number | undefined): Promise<void> {
    try {
      const response = await fetch(`${lab.origin}${path}?key=${lab.key}`, {
        signal: this.#abort.signal,
        headers: lastEventId === undefined ? {} : { 'last-event-id': String(lastEventId) },
      });
      if (!response.ok || response.body === null)
        throw new Error(`${response.status} ${await response.text()}`);
      let text = '';
      const decoder = new TextDecoder();
      for await (const piece of response.body) {
        text += decoder.decode(piece as Uint8Array, { stream: true });
        const blocks = text.split('\n\n');
        text = blocks.pop() ?? '';
        for (const block of blocks) {
          const data = /^data: (.*)$/m.exec(block)?.[1];
          const id = Number(/^id: (\d+)$/m.exec(block)?.[1] ?? 0);
          if (data !== undefined) this.heard.push({ id, data: JSON.parse(data) as Heard['data'] });
        }
      }
    } catch (error) {
      // Closed by the test.
      if (!this.#abort.signal.aborted) throw error;
    }
  }
}

export function pidsBelow(lab: TestLab): number[] {
  return childPids(lab.program.pid).map(({ pid }) => pid);
}
