/** Tries every way to a lock without FFI, and prints what came of it. */
import { FileLock, Lock, SharedMemory } from 'ipc-lock';

const folder = process.argv[2];
const ways = [
  () => new FileLock(`${folder}/file`).acquire(),
  () => new FileLock(`${folder}/file`).acquireSync({ timeout: 0 }),
  () => Lock.open('it', { directory: folder }),
  () => new SharedMemory(64, { directory: folder }),
];
for (const way of ways) {
  try {
    await way();
    console.log('worked');
  } catch (error) {
    console.log(error.code);
  }
}
