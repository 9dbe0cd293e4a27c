import { Pipe } from 'core-process';
import type { Experiment, Measuring } from '../../experiment.js';
import { program } from '../../program-urls.js';

interface Figures {
  readonly sent: readonly string[];
  readonly received: readonly string[];
}

/** An empty one, two that could run into each other, and one that is larger than the kernel's buffer. */
const TEXTS = ['', 'search', 'buy', 'x'.repeat(1_000_000)];

async function throughPipe({ start, defer }: Measuring): Promise<Figures> {
  const [mine, theirs] = Pipe<string>();
  defer(() => mine.close());
  const child = start<void>({ target: program('messages', 'sendAll'), args: [TEXTS, theirs] });
  const received: string[] = [];
  for await (const text of mine) received.push(text);
  await child.result;
  return { sent: TEXTS, received };
}

async function throughOutput({ start }: Measuring): Promise<Figures> {
  const child = start<void>({ target: program('messages', 'writeAll'), args: [TEXTS] });
  const received: string[] = [];
  for await (const text of child.stdout ?? []) received.push(text);
  return { sent: TEXTS, received };
}

export const pipeKeepsMessages: Experiment<Figures> = {
  id: 'messaging/pipe',
  claim: {
    en: 'A pipe carries whole messages: none is lost, split, or run together with the next, empty or large.',
    zh: '管道传递完整的消息：无论空的还是大的，都不会丢失、拆开或粘在一起。',
  },
  code: `import { Pipe, Process, isMainProcess } from 'core-process';

export async function task(connection) {
  for (const text of ['', 'search', 'buy']) await connection.send(text);
  connection.close();
}

if (isMainProcess) {
  const [mine, theirs] = Pipe();
  const child = new Process({ target: task, args: [theirs] });
  child.start();
  for await (const text of mine) console.log(JSON.stringify(text));
  await child.join();
}`,
  measure: throughPipe,
  judge: ({ sent, received }) => ({
    holds: received.length === sent.length && received.every((text, index) => text === sent[index]),
    measured: {
      en: `sent ${lengths(sent)} characters, received ${lengths(received)}`,
      zh: `发出的长度 ${lengths(sent)}，收到的长度 ${lengths(received)}`,
    },
  }),
  control: {
    instead: { en: 'the child’s standard output, a stream of bytes', zh: '改用子进程的标准输出，即字节流' },
    measure: throughOutput,
  },
};

function lengths(texts: readonly string[]): string {
  return texts.map((text) => text.length).join(' + ');
}
