import { Process, isMainProcess, parentProcess } from 'core-process';

export function worker() {
  const parent = parentProcess();
  const timer = setInterval(() => {}, 1000);
  parent.once('orphaned', () => {
    console.log(`${parent.name} is gone: ${!parent.isAlive()}`);
    clearInterval(timer);
  });
  console.log('up');
}

export function boss() {
  new Process({ target: worker, name: 'worker' }).start();
  setInterval(() => {}, 1000);
}

if (isMainProcess) {
  const p = new Process({ target: boss, name: 'boss', stdio: 'pipe' }).start();
  for await (const line of p.stdout) {
    console.log(line);
    if (line === 'up') p.kill();
  }
}
