import type { Experiment } from '../../experiment.js';
import { importProgram } from '../../program-urls.js';
import type { Greeting } from '../../programs/greet.js';

interface Figures {
  readonly pid: number;
  /** Null when nothing ran. */
  readonly ranIn: number | null;
  readonly text: string | null;
}

const figuresOf = (greeting: Greeting | undefined): Figures => ({
  pid: process.pid,
  ranIn: greeting?.pid ?? null,
  text: greeting?.text ?? null,
});

export const bySubclass: Experiment<Figures> = {
  id: 'creating/by-subclass',
  claim: {
    en: 'A subclass that overrides run() is a process too, and its fields travel with it.',
    zh: '继承 Process 并重写 run()，同样得到一个进程，实例的字段会随之带过去。',
  },
  code: `import { Process, isMainProcess } from 'core-process';

export class Greeter extends Process {
  constructor(guest) {
    super();
    this.guest = guest;
  }
  run() {
    console.log(\`\${this.guest} is running in \${process.pid}\`);
  }
}

if (isMainProcess) {
  const child = new Greeter('anna');
  child.start();
  await child.join();
  console.log(\`this is \${process.pid}\`);
}`,
  async measure({ own }) {
    const { Greeter } = await importProgram('greet');
    return figuresOf(await own(new Greeter('anna', { stdio: 'pipe' })).start().result);
  },
  judge: ({ pid, ranIn, text }) => ({
    holds: ranIn !== null && ranIn !== pid && text === 'anna is running',
    measured:
      ranIn === null
        ? { en: 'nothing ran in the child', zh: '子进程里什么也没有运行' }
        : {
            en: `“${text}”, by run() in process ${ranIn}; this is process ${pid}`,
            zh: `进程 ${ranIn} 里的 run() 给出“${text}”；本进程是 ${pid}`,
          },
  }),
  control: {
    instead: { en: 'a subclass that does not override run()', zh: '不重写 run() 的子类' },
    async measure({ own }) {
      const { Untaught } = await importProgram('greet');
      return figuresOf(await own(new Untaught('anna', { stdio: 'pipe' })).start().result);
    },
  },
};
