import { isMainProcess, Process } from 'core-process';

export async function task(name) {
  console.log(`${name} is running`);
  return name;
}
if (isMainProcess) {
  const p = new Process({ target: task, args: ['egon'] });
  p.start();
  await p.join();
  console.log(`main ${await p.result}`);
}
