/**
 * Takes and releases until time is up. `node lock-contender.mjs MODE LOCK STAGE INDEX`, the addresses as JSON. The
 * stage holds, as float64: when to begin, when to end, when it was released last, by whom; then by index how often.
 */
const [mode, lockAddress, stageAddress, index] = process.argv.slice(2);

async function rebuild(address) {
  const { module, export: name, data } = JSON.parse(address);
  return (await import(module))[name](data);
}

const lock = await rebuild(lockAddress);
const stage = (await rebuild(stageAddress)).array;
const now = () => Number(process.hrtime.bigint()) / 1e6;
const me = Number(index);
const latencies = [];
let count = 0;

process.stdout.write('ready\n');
while (stage[0] === 0) await new Promise((resolve) => setTimeout(resolve, 1));
const end = stage[1];

/** As much as can be had. */
async function takePlain() {
  for (let round = 0; round < 100; round++) {
    if (mode === 'sync') lock.acquireSync();
    else await lock.acquire();
    lock.release();
  }
}

/** The same, noting how long after another's release it was had: a hand-over between processes. */
async function takeTimed() {
  for (let round = 0; round < 20; round++) {
    if (mode === 'sync') lock.acquireSync();
    else await lock.acquire();
    if (stage[3] !== me && stage[2] !== 0 && latencies.length < 100_000) latencies.push(now() - stage[2]);
    stage[3] = me;
    stage[2] = now();
    lock.release();
  }
}

for (let block = 0; now() < end; block++) {
  if (block % 10 === 0) {
    await takeTimed();
    count += 20;
  } else {
    await takePlain();
    count += 100;
  }
}
stage[4 + me] = count;
latencies.sort((a, b) => a - b);
const at = (share) => (latencies[Math.floor(latencies.length * share)] ?? 0) * 1000;
process.stdout.write(`${JSON.stringify({ p50: at(0.5), p99: at(0.99) })}\n`);
