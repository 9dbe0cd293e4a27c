/** Ends by itself although a lock of each kind is open, and some were waited for. `node open-and-end.mjs FOLDER` */
import {
  Barrier,
  BoundedSemaphore,
  Condition,
  Event,
  FileLock,
  Lock,
  RLock,
  RWLock,
  Semaphore,
} from 'ipc-lock';

const directory = process.argv[2];
const objects = [
  new Lock({ directory }),
  Lock.open('it', { directory }),
  new RLock({ directory }),
  new RWLock({ directory }),
  new Semaphore(1, { directory }),
  new BoundedSemaphore(1, { directory }),
  new Condition(undefined, { directory }),
  new Event({ directory }),
  new Barrier(2, { directory }),
  new FileLock(`${directory}/file`),
];
const [lock] = objects;
const guard = await lock.acquire();
await lock.acquire({ timeout: 30 }).catch((error) => console.log(error.code));
guard.release();
await objects[7].wait({ timeout: 50 }).catch((error) => console.log(error.code));
console.log('end');
