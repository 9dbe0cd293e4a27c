import { RWLock, SharedArray } from 'ipc-lock';

const temperatures = new SharedArray('float64', [20.5, 21.25, 19]);
const lock = new RWLock();

await lock.runWrite(() => {
  temperatures.array[2] = 19.5;
});
const warmest = await lock.runRead(() => Math.max(...temperatures.array));
console.log(warmest, temperatures.length);
