/** CORE_PROCESS_NO_FFI=1 node queue-sync-without-ffi.mjs: prints JSON. */
import { JoinableQueue, Process, Queue, isMainProcess } from 'core-process';
import { outcome } from './queue-sync-tasks.mjs';

export function inChild(queue) {
  return ['getSync', 'tryGetSync', 'sizeSync', 'taskDoneSync', 'joinSync'].map((name) =>
    outcome(() => queue[name]()),
  );
}
export const putInChild = (queue) => outcome(() => queue.putSync('refused'));

if (isMainProcess) {
  const queue = new JoinableQueue(1);
  const here = {
    put: outcome(() => queue.putSync('one') ?? 'put'),
    full: outcome(() => queue.putSync('two')),
    fullAtOnce: outcome(() => queue.putSync('two', { timeout: 0 })),
    size: queue.sizeSync(),
    get: queue.getSync(),
    empty: outcome(() => queue.getSync()),
    emptyAtOnce: outcome(() => queue.getSync({ timeout: 0 })),
    nothing: queue.tryGetSync() ?? null,
    notDone: queue.joinSync({ timeout: 0 }),
    done: queue.taskDoneSync() ?? null,
    allDone: queue.joinSync(),
  };
  await queue.put('for the child');
  const child = new Process({ target: inChild, args: [queue], stdio: 'ignore' }).start();
  const there = await child.result;
  const open = new Queue();
  const other = new Process({ target: putInChild, args: [open], stdio: 'ignore' }).start();
  const refused = await other.result;
  // Nothing was taken, and nothing put, by what was refused; who waited in vain waits no more.
  const left = [await queue.size(), await queue.get(), await open.size()];
  let message;
  try {
    open.getSync();
  } catch (error) {
    ({ message } = error);
  }
  console.log(JSON.stringify({ here, there, refused, left, message }));
  queue.close();
  open.close();
}
