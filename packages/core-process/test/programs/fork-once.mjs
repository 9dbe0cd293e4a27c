/** Prints how a copy has ended, or why there is none. Under `--import node:domain` it throws an error in a domain. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Process } from 'core-process';

// Nobody has it, and it is gone before the first copy.
monitorEventLoopDelay({ resolution: 1 }).enable();

const main = process.pid;
const isInDomain = process.execArgv.includes('node:domain');
const target = () => {
  if (isInDomain) {
    setTimeout(() => {
      throw new Error('in the copy');
    }, 1);
  }
  return process.ppid === main;
};
const start = () => new Process({ startMethod: 'fork', target, stdio: 'pipe' }).start();

async function startInDomain() {
  const { create } = await import('node:domain');
  const domain = create();
  domain.on('error', () => console.log('the original was told'));
  return domain.run(start);
}

try {
  const child = isInDomain ? await startInDomain() : start();
  await child.join();
  console.log(child.exitCode, await child.result.catch(({ message }) => message));
} catch (error) {
  console.log(`${error.code}: ${error.message}`);
}
