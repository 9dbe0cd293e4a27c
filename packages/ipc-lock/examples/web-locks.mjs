import { locks } from 'ipc-lock';

// As navigator.locks of a browser, for all processes of this user.
await locks.request('report', async (lock) => {
  console.log(lock.name, lock.mode);
  const { held } = await locks.query();
  console.log(held.length, 'held');
});

const free = await locks.request('report', { ifAvailable: true }, (lock) => lock !== null);
console.log('free again:', free);
