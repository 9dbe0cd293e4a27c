import { currentProcess, isMainProcess, Process } from 'core-process';

export const method = () => currentProcess().startMethod;

if (isMainProcess) {
  const child = new Process({ target: method, startMethod: 'auto' }).start();
  console.log(await child.result);
}
