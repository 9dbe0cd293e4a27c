/**
 * Works on what it is handed over. `node memory.mjs WORK ADDRESS…`, addresses as JSON; prints `done` when it is.
 */
const [work, ...addresses] = process.argv.slice(2);

async function open(address) {
  const { module, export: name, data } = JSON.parse(address);
  return (await import(module))[name](data);
}

const objects = await Promise.all(addresses.map(open));
const works = {
  /** Writes its arguments' text over a memory. */
  write: ([memory]) => memory.bytes.write('written by a child'),
  /** Sets each value to its double. */
  double: (values) => values.forEach((one) => (one.value = one.value + one.value)),
  /** Running sums, in place. */
  sums: ([{ array }]) => {
    for (let at = 1; at < array.length; at++) array[at] += array[at - 1];
  },
  /** A thousand additions in one go, and a thousand under the lock. */
  count: async ([whole, fraction]) => {
    for (let round = 0; round < 1000; round++) {
      whole.add(1);
      const guard = fraction.lock.acquireSync();
      fraction.value += 0.5;
      guard.release();
    }
  },
  hold: () => new Promise((resolve) => process.stdin.on('end', resolve).resume()),
};
console.log('ready');
await works[work](objects);
console.log('done');
for (const one of objects) one.close();
