/** Tries every way to a lock, and prints the codes of the errors. */
import { FileLock, Lock } from 'ipc-lock';

const folder = process.argv[2];
const ways = [
  () => new FileLock(`${folder}/file`).acquire(),
  () => new FileLock(`${folder}/file`).acquireSync(),
  () => new Lock({ directory: folder }),
];
for (const way of ways) {
  try {
    await way();
    console.log('worked');
  } catch (error) {
    console.log(error.code);
  }
}
