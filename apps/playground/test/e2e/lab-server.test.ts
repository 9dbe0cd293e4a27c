/** The lab's server: who may use it, that runs can be followed, and that no process outlives page or server. */
import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import { processState, runProgram, spawnProgram, waitFor } from '@tooling/testkit';
import { experiments } from 'playground';
import { describe, expect, it, onTestFinished } from 'vitest';
import { withoutPinning } from '../../src/cores.js';
import { ask, cli, inEnglish, pidsBelow, post, startJob, startTestLab, TestStream } from './lab-fixture.js';

const SLOW_SALE = {
  kind: 'sale',
  strategies: ['lock', 'none'],
  buyers: 3,
  tickets: 3,
  think: [2000, 2000],
  kill: 0,
  seed: 1,
};
const LONG_WORK = { kind: 'model', processes: ['A', 'B'].map((name) => ({ name, steps: [1000, 1, 1000] })) };

const isGone = (pid: number) => [undefined, 'Z'].includes(processState(pid));

describe('who may use it', () => {
  it('is only a page with the key, from itself, by its own name, and with known paths', async () => {
    const lab = await startTestLab();
    const key = { 'x-lab-key': lab.key };
    const status = async (path: string, headers: Record<string, string> = {}, method = 'GET') =>
      (await ask(lab, path, { headers, method })).status;

    expect(await status('/')).toBe(200);
    expect(await status('/api/lab', key)).toBe(200);
    expect(await status('/api/lab')).toBe(401);
    expect(await status('/api/lab?key=wrong')).toBe(401);
    expect(await status('/api/lab', { ...key, host: `evil.example:${lab.port}` })).toBe(403);
    expect(await status('/', { host: 'evil.example' })).toBe(403);
    expect(await status('/api/lab', { ...key, origin: 'http://evil.example' })).toBe(403);
    expect(await status('/api/lab', { ...key, 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await status('/api/jobs', { origin: 'http://evil.example' }, 'POST')).toBe(403);
    for (const path of [
      '/../package.json',
      '/..%2f..%2fpackage.json',
      '/cli.js',
      '/api/none',
      '//etc/passwd',
    ]) {
      expect(await status(path, key)).toBe(404);
    }
    expect(await status('/', {}, 'POST')).toBe(405);
  });

  it('lets nothing of other sites into its page, and is in nobody’s frame', async () => {
    const lab = await startTestLab();
    const { headers } = await ask(lab, '/');
    expect(headers['content-security-policy']).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
    expect(headers['access-control-allow-origin']).toBeUndefined();
    expect(headers['cross-origin-resource-policy']).toBe('same-origin');
  });

  it('can’t be reached by another address of this machine', async (context) => {
    const others = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
    const outward = others.find(({ internal, family }) => !internal && family === 'IPv4')?.address;
    if (outward === undefined) return context.skip('this machine has no other address');
    const lab = await startTestLab();
    const socket = connect(lab.port, outward);
    await expect(once(socket, 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    return undefined;
  });
});

describe('bad requests', () => {
  it('are refused, naming the field and what it takes', async () => {
    const lab = await startTestLab();
    for (const [body, message] of [
      [{ kind: 'nothing' }, 'kind: give one of experiment, sale, model.'],
      [{ kind: 'experiment', id: '../../x' }, 'id: give one of '],
      [{ ...SLOW_SALE, buyers: 17 }, 'buyers: give a whole number from 1 to 16.'],
      [{ ...SLOW_SALE, strategies: [] }, 'strategies: give a list of 1 to '],
      [{ ...SLOW_SALE, think: [5, 1] }, 'think[1]: give a whole number from 5 to 2000.'],
      [{ ...SLOW_SALE, kill: 4 }, 'kill: give a whole number from 0 to 3.'],
      [
        { kind: 'model', processes: [{ name: 'A', steps: [0] }] },
        'processes[0].steps[0]: give a whole number',
      ],
      [{ kind: 'model', processes: [null] }, 'processes[0].name: give a name.'],
    ] as const) {
      const { status, text } = await post(lab, '/api/jobs', body);
      expect({ status, ...(JSON.parse(text) as object) }).toEqual({
        status: 400,
        code: 'ERR_LAB_BAD_REQUEST',
        message: expect.stringContaining(message),
      });
    }
  });

  it('are no JSON, too long, or about processes that are not the lab’s', async () => {
    const lab = await startTestLab();
    const headers = { 'x-lab-key': lab.key, 'content-type': 'application/json' };
    const send = (body: string, type = headers) =>
      ask(lab, '/api/jobs', { method: 'POST', headers: type, body }).then(({ status }) => status);
    expect(await send('{')).toBe(400);
    expect(await send('[]')).toBe(400);
    expect(await send('{}', { ...headers, 'content-type': 'text/plain' })).toBe(415);
    expect(await send(JSON.stringify({ kind: 'x'.repeat(70_000) }))).toBe(413);
    expect((await post(lab, '/api/signals', { pid: process.pid, signal: 'SIGKILL' })).status).toBe(404);
    expect((await post(lab, '/api/processes', { kind: 'waiting', count: 65 })).status).toBe(400);
  });
});

describe('a run', () => {
  it('is told with its processes, its result, and its end', async () => {
    const lab = await startTestLab();
    const job = await startJob(lab, { kind: 'experiment', id: 'identity/names' });
    const stream = new TestStream(lab, `/api/jobs/${job}`);
    await stream.ended;
    const kinds = stream.kinds();
    expect(kinds.at(-1)).toBe('end');
    expect(stream.heard.at(-1)?.data).toEqual({ kind: 'end', reason: 'done' });
    expect(stream.heard.find(({ data }) => data.kind === 'result')?.data['result']).toMatchObject({
      id: 'identity/names',
      verdict: 'holds',
      control: { verdict: 'does-not-hold' },
    });
    if (process.platform === 'linux') expect(kinds).toContain('sample');
  });

  it('can be taken up where a page lost it: nothing twice, nothing missing', async () => {
    const lab = await startTestLab();
    const job = await startJob(lab, { kind: 'experiment', id: 'identity/names' });
    const first = new TestStream(lab, `/api/jobs/${job}`);
    await waitFor('a few events', () => first.heard.length >= 3);
    first.close();
    await first.ended;
    const last = first.heard.at(-1)?.id;
    const second = new TestStream(lab, `/api/jobs/${job}`, last);
    await second.ended;
    const ids = [...first.heard, ...second.heard].map(({ id }) => id);
    expect(ids).toEqual(ids.map((_, index) => index + 1));
    expect(second.kinds().at(-1)).toBe('end');
  });

  it('gives way to the next, which starts when nothing of it is left', async () => {
    const lab = await startTestLab();
    const sale = await startJob(lab, SLOW_SALE);
    const stream = new TestStream(lab, `/api/jobs/${sale}`);
    await waitFor('buyers', () => pidsBelow(lab).length > 0);
    const buyers = pidsBelow(lab);
    const next = await startJob(lab, { kind: 'experiment', id: 'identity/names' });
    expect(buyers.every(isGone)).toBe(true);
    await stream.ended;
    expect(stream.heard.at(-1)?.data).toEqual({ kind: 'end', reason: 'replaced' });
    const following = new TestStream(lab, `/api/jobs/${next}`);
    await following.ended;
    expect(following.heard.at(-1)?.data).toEqual({ kind: 'end', reason: 'done' });
  });

  it('tells of a sale as it goes, and what the audit found', async () => {
    const lab = await startTestLab();
    const job = await startJob(lab, { ...SLOW_SALE, strategies: ['lock'], think: [5, 10] });
    const stream = new TestStream(lab, `/api/jobs/${job}`);
    await stream.ended;
    const of = (kind: string) =>
      stream.heard.filter(({ data }) => data.kind === kind).map(({ data }) => data);
    expect(of('audit')).toEqual([
      expect.objectContaining({
        strategy: 'lock',
        audit: expect.objectContaining({ sold: 3, left: 0, oversold: 0, lostUpdates: 0, violations: [] }),
      }),
    ]);
    expect(of('database').at(-1)).toMatchObject({ left: 0, sales: 3 });
    expect(of('sale').map(({ what }) => (what as { kind: string }).kind)).toEqual(
      expect.arrayContaining(['started', 'opened', 'phase', 'receipt', 'ended']),
    );
  });
});

describe('no process is left', () => {
  const jobs = [
    ['an experiment', { kind: 'experiment', id: 'waiting/one-by-one-or-together' }, 'sample'],
    // One strategy: when its doors are open, all its buyers are up, and bound to the server's life.
    ['a sale', { ...SLOW_SALE, strategies: ['lock'] }, 'database'],
    ...(withoutPinning() === undefined ? [['a workload', LONG_WORK, 'step'] as const] : []),
  ] as const;

  /** Stops those that the run works with, once it has got so far, so that none of them ends by itself. */
  async function runThatHangs(request: (typeof jobs)[number][1], event: string) {
    const lab = await startTestLab();
    const job = await startJob(lab, request);
    const stream = new TestStream(lab, `/api/jobs/${job}`);
    stream.ended.catch(() => undefined);
    await waitFor(`the run’s first ${event}`, () => stream.kinds().includes(event));
    // The process that measures goes on: it is what has to end the others.
    const ahead = request.kind === 'experiment' ? 1 : 0;
    const pids = await waitFor('processes of the run, stopped', () => {
      const workers = pidsBelow(lab).slice(ahead);
      for (const pid of workers) {
        if (processState(pid) !== undefined) process.kill(pid, 'SIGSTOP');
      }
      return workers.length > 0 && workers.every((pid) => processState(pid) === 'T')
        ? pidsBelow(lab)
        : undefined;
    });
    return { lab, job, stream, pids };
  }

  it.each(jobs)('of %s when its page goes', async (_name, request, event) => {
    const { lab, job, stream } = await runThatHangs(request, event);
    stream.close();
    await waitFor('the end of all of them', () => pidsBelow(lab).length === 0);
    const again = new TestStream(lab, `/api/jobs/${job}`);
    await again.ended;
    expect(again.heard.at(-1)?.data).toEqual({ kind: 'end', reason: 'called-off' });
  });

  it.each(jobs)('of %s when the server is killed', async (_name, request, event) => {
    const { lab, pids } = await runThatHangs(request, event);
    lab.program.child.kill('SIGKILL');
    await lab.program.ended;
    expect(await waitFor('the end of all of them', () => pids.every(isGone))).toBe(true);
  });

  it('of an experiment whose measuring process is killed, which is told', async () => {
    const { lab, stream, pids } = await runThatHangs(jobs[0][1], jobs[0][2]);
    process.kill(pids[0] as number, 'SIGKILL');
    await stream.ended;
    expect(stream.heard.at(-1)?.data).toEqual({ kind: 'end', reason: 'failed' });
    expect(stream.heard.at(-2)?.data).toMatchObject({
      kind: 'error',
      message: expect.stringContaining('ended without a result'),
    });
    await waitFor('the end of all of them', () => pids.every(isGone));
    expect((await ask(lab, '/')).status).toBe(200);
  });

  it('of those to look at, when nobody looks, when told, and when the server is killed', async () => {
    const lab = await startTestLab();
    const table = new TestStream(lab, '/api/processes');
    expect((await post(lab, '/api/processes', { kind: 'waiting', count: 3 })).status).toBe(201);
    await waitFor('three of them', () => pidsBelow(lab).length >= 3);
    const [first] = pidsBelow(lab) as [number];
    await post(lab, '/api/signals', { pid: first, signal: 'SIGSTOP' });
    await waitFor('a stopped one', () => processState(first) === 'T');
    // A stopped process hears SIGKILL all the same.
    await post(lab, '/api/signals', { pid: first, signal: 'SIGKILL' });
    await waitFor('its end', () => isGone(first));
    table.close();
    await waitFor('the end of the others', () => pidsBelow(lab).length === 0);

    await post(lab, '/api/processes', { kind: 'computing', count: 2 });
    await waitFor('two of them', () => pidsBelow(lab).length >= 2);
    const pids = pidsBelow(lab);
    lab.program.child.kill('SIGKILL');
    await waitFor('the end of both', () => pids.every(isGone));
  });

  it('when the lab is closed, which it says', async () => {
    const lab = await startTestLab();
    await startJob(lab, SLOW_SALE);
    await waitFor('buyers', () => pidsBelow(lab).length > 0);
    const pids = pidsBelow(lab);
    lab.program.child.kill('SIGINT');
    const { exitCode, stderr } = await lab.program.ended;
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: 'The lab is closed; no process is left.\n' });
    expect(pids.every(isGone)).toBe(true);
  });
});

describe('ports', () => {
  async function occupy(port: number): Promise<number> {
    const server: Server = createServer();
    onTestFinished(() => void server.close());
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as { port: number }).port;
  }

  it('that are asked for and taken are told, with what to do', async () => {
    const port = await occupy(0);
    for (const [language, message] of [
      ['en', `Port ${port} is taken by another program. Give another with --port`],
      ['zh', `端口 ${port} 已被别的程序占用`],
    ] as const) {
      const { exitCode, stdout, stderr } = await runProgram(
        [cli, 'lab', '--port', String(port), '--lang', language],
        { env: inEnglish },
      );
      expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
      expect(stderr).toContain(message);
    }
  });

  it('that are usual and taken are replaced, which is told', async () => {
    // Taken by this test, or by somebody else: both is fine.
    await occupy(4870).catch(() => undefined);
    const program = spawnProgram([cli, 'lab'], { env: inEnglish });
    const [address] = await program.line(/http:\S+/);
    expect(new URL(address).port).not.toBe('4870');
    program.child.kill('SIGTERM');
    const { exitCode, stderr } = await program.ended;
    expect(exitCode).toBe(0);
    expect(stderr).toContain('Port 4870 is taken, perhaps by another lab; using any other.');
  });

  it.each(['70000', 'http', '-1', '1.5'])('%s is none', async (port) => {
    const { exitCode, stderr } = await runProgram([cli, 'lab', `--port=${port}`], { env: inEnglish });
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`--port is "${port}"; give a number from 0 to 65535.`);
  });
});

it('shows every experiment, with its code', async () => {
  const lab = await startTestLab();
  const { text } = await ask(lab, '/api/lab', { headers: { 'x-lab-key': lab.key } });
  const info = JSON.parse(text) as { experiments: { id: string; code: string }[] };
  expect(info.experiments.map(({ id, code }) => [id, code])).toEqual(
    experiments.map(({ id, code }) => [id, code]),
  );
});
