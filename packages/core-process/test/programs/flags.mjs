import { isMainProcess, Process } from 'core-process';

export function flags() {
  return process.execArgv;
}
export async function both() {
  const grandchild = new Process({ target: flags });
  grandchild.start();
  return { child: process.execArgv, grandchild: await grandchild.result };
}
if (isMainProcess) {
  const child = new Process({ target: both, startMethod: process.argv[2] });
  child.start();
  console.log(JSON.stringify(await child.result));
}
