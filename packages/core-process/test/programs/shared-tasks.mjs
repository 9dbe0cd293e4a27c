/** What is done in children and workers with what ipc-lock shares. */
export async function countUnder(lock, value, times) {
  // Not atomic: only the lock keeps the others out.
  for (let turn = 0; turn < times; turn++) await lock.runExclusive(() => (value.value = value.value + 1));
  return { lock, value };
}

export function write(memory, array, index) {
  memory.bytes[index] = index + 1;
  array.array[index] = index / 2;
  return memory;
}

/** Adds to every value that comes, and sends it back. */
export async function addToEach(connection, queue) {
  for await (const value of connection) {
    value.add(1);
    await queue.put({ value });
  }
}
