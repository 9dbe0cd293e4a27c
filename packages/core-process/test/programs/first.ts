import { isMainProcess, Process } from 'core-process';

enum Words {
  Running = 'is running',
}

export async function task(name: string): Promise<string> {
  console.log(`${name} ${Words.Running}`);
  return name;
}

export class Greeter extends Process<[], string> {
  constructor(readonly who: string) {
    super();
  }
  override run(): string {
    return `hello ${this.who}`;
  }
}

if (isMainProcess) {
  const p = new Process({ target: task, args: ['egon'] });
  p.start();
  await p.join();
  const g = new Greeter('egon');
  g.start();
  console.log(`main ${await p.result} ${await g.result}`);
}
