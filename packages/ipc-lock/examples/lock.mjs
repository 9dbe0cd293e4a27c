import { Lock } from 'ipc-lock';

// Any process of this user on this machine that opens the name has the same lock.
const lock = Lock.open('box-office');

await lock.runExclusive(async () => {
  console.log('alone');
});

const guard = await lock.acquire({ timeout: 1000 });
try {
  if (guard.abandoned !== null) console.log(`${guard.abandoned.pid} died here: check what it left`);
  console.log('held by us:', lock.holder()?.pid === process.pid);
} finally {
  guard.release();
}
