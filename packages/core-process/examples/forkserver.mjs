import { Process, isMainProcess } from 'core-process';

const loadedBy = process.pid; // stands for a module that takes long to load, or a table of many megabytes

export function task(seat) {
  return { seat, isLoadedHere: loadedBy === process.pid };
}

if (isMainProcess) {
  for (const startMethod of ['spawn', 'forkserver']) {
    const p = new Process({ target: task, args: [7], startMethod }).start();
    console.log(startMethod, await p.result);
    await p.join();
  }
}
