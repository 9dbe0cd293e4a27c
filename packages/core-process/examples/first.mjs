import { Process, isMainProcess } from 'core-process';

export async function task(name) {
  console.log(`${name} is running`);
}

if (isMainProcess) {
  const p = new Process({ target: task, args: ['egon'] });
  p.start(); // asks the operating system and goes on at once
  await p.join();
  console.log('main');
}
