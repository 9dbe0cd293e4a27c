import { Process, currentProcess, isMainProcess } from 'core-process';

export async function count() {
  const { signal } = currentProcess();
  let turns = 0;
  while (!signal.aborted) {
    if (turns++ === 0) console.log('counting');
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return 'put away';
}

if (isMainProcess) {
  const controller = new AbortController();
  const p = new Process({ target: count, stdio: 'pipe', signal: controller.signal }).start();
  for await (const line of p.stdout) {
    console.log(line);
    controller.abort();
  }
  console.log(await p.result);
}
