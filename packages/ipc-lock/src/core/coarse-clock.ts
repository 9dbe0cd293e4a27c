/**
 * `Date.now()` for what is only told to people: read once a turn of the event loop, and once in {@link READS} reads.
 * Reading the clock takes longer than taking a lock.
 */
const READS = 256;

let now = 0;
let readsLeft = 0;
let isForgetting = false;

export function coarseNow(): number {
  if (readsLeft === 0) read();
  readsLeft--;
  return now;
}

function read(): void {
  now = Date.now();
  readsLeft = READS;
  if (isForgetting) return;
  isForgetting = true;
  setImmediate(forget);
}

function forget(): void {
  isForgetting = false;
  readsLeft = 0;
}
