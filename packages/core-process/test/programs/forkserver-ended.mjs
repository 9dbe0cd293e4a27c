/** Its module ends every process that imports it, the server included, after so many milliseconds. */
import { isMainProcess, Process, stopForkServer } from 'core-process';

const milliseconds = Number(process.argv[2]);
if (!isMainProcess) setTimeout(() => process.exit(3), milliseconds);

export const nothing = () => {};

if (isMainProcess) {
  const child = new Process({ target: nothing, startMethod: 'forkserver' }).start();
  const { reason, exitCode } = await child.sentinel;
  console.log(reason, exitCode);
  await stopForkServer();
}
