// A process of a workload, for real: carries out a script of `cpu` and `io` in milliseconds, and tells when
// it began and ended and what turns it had. Computing is counted by what it had of a core: a look at the
// clock that finds a gap was off it meanwhile. (To ask the kernel for its CPU time would end slices early:
// the kernel brings a process's account up to date then, and finds that its slice is over.)

/** A gap of this length is no interrupt or garbage collection; another process had the core. */
const OFF_CORE_MS = 0.5;
const cell = new Int32Array(new SharedArrayBuffer(4));
const now = () => performance.timeOrigin + performance.now();

function compute(ms, turns) {
  let start = performance.now();
  let last = start;
  let done = 0;
  for (;;) {
    const instant = performance.now();
    if (instant - last > OFF_CORE_MS) {
      turns.push(last - start);
      done += last - start;
      start = instant;
    }
    last = instant;
    if (done + last - start >= ms) break;
  }
}

const script = JSON.parse(process.argv[2]);
// Compiled before it counts, both ways through the loop.
compute(30, []);
for (let round = 0; round < 3; round++) {
  compute(1, []);
  Atomics.wait(cell, 0, 0, 1);
}
process.on('message', (beginAt) => {
  while (now() < beginAt) Atomics.wait(cell, 0, 0, Math.max(0.05, beginAt - now()));
  const before = process.resourceUsage();
  const turns = [];
  for (const { kind, ticks } of script) {
    if (kind === 'cpu') compute(ticks, turns);
    else Atomics.wait(cell, 0, 0, ticks);
  }
  const end = now();
  const after = process.resourceUsage();
  process.send({
    turnaround: end - beginAt,
    turns,
    cpu: (after.userCPUTime - before.userCPUTime + after.systemCPUTime - before.systemCPUTime) / 1000,
    voluntary: after.voluntaryContextSwitches - before.voluntaryContextSwitches,
    involuntary: after.involuntaryContextSwitches - before.involuntaryContextSwitches,
  });
  process.disconnect();
});
process.send('ready');
