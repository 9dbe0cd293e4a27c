import { Process, activeChildren, isMainProcess, processState } from 'core-process';

export function forever() {
  setInterval(() => {}, 1e9);
}

if (isMainProcess) {
  const p = new Process({ target: forever }).start();
  console.log(p.isAlive(), activeChildren().length, await p.join({ timeout: 10 }));

  p.terminate();
  p.joinSync(); // blocks this thread; the child is a zombie until the event loop turns
  console.log(p.isAlive(), processState(p.pid));

  await p.join();
  console.log(p.exitCode, p.signalCode, p.exit.reason, processState(p.pid));
}
