/**
 * Forks from every place from which Node calls back, with more to be called: timers, immediates, ticks, promises.
 * node --single-threaded --v8-pool-size=1 fork-pending.mjs; prints JSON.
 */
import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import { writeSync } from 'node:fs';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { Process } from 'core-process';

const main = process.pid;
/** Timers and immediates of the original, all of which a copy may clear as well. */
const own = [];
const calls = new Map();
const called = (name) => {
  if (process.pid !== main) writeSync(1, `${name} of the original was called. `);
  calls.set(name, (calls.get(name) ?? 0) + 1);
};

const copies = [];
function fork(place) {
  const child = new Process({
    startMethod: 'fork',
    stdio: 'pipe',
    target: async () => {
      for (const each of own) {
        clearTimeout(each);
        if (typeof each === 'object') clearImmediate(each);
      }
      await Promise.all([sleep(2), sleep(2), sleep(5), turn()]);
      // Nothing but these keeps the copy alive.
      setTimeout(() => setImmediate(() => writeSync(1, 'done')), 5);
      return 'returned';
    },
  }).start();
  copies.push({ place, child });
}

for (const place of [0, 1, 4]) {
  for (let index = 0; index < 5; index++) {
    own.push(
      setImmediate(() => {
        called(`immediate ${index} of ${place}`);
        if (index === place) fork(`immediate ${index}`);
      }),
    );
  }
  await turn();
}

for (let index = 0; index < 4; index++) {
  setImmediate(() => {
    called(`immediate ${index} of a turn with promises`);
    if (index === 1) void Promise.resolve().then(() => fork('between two immediates'));
  });
}
await turn();

for (const place of [0, 1, 4]) {
  for (let index = 0; index < 5; index++) {
    own.push(
      setTimeout(() => {
        called(`timer ${index} of ${place}`);
        if (index === place) fork(`timer ${index}`);
      }, 3),
    );
  }
  await sleep(10);
}

for (let index = 0; index < 4; index++) {
  own.push(
    setTimeout(() => {
      called(`timer ${index} of a list with ticks`);
      if (index === 1) process.nextTick(fork, 'between two timers');
    }, 3),
  );
}
await sleep(10);

await new Promise((resolve) => {
  let turns = 0;
  const interval = setInterval(() => {
    if (process.pid !== main) called('interval');
    if (++turns === 2) fork('interval');
    if (turns === 4) {
      clearInterval(interval);
      resolve();
    }
  }, 2);
  own.push(interval);
});

await new Promise((resolve) => {
  const unref = setTimeout(() => {
    called('timer that was unreferenced');
    fork('timer that was unreferenced');
    resolve();
  }, 2).unref();
  own.push(
    unref,
    setTimeout(() => {}, 20),
    setTimeout(() => called('timer by number'), 20)[Symbol.toPrimitive](),
  );
});

await new Promise((resolve) => {
  own.push(
    setImmediate(() => {
      new AsyncLocalStorage().run({}, () => {
        new AsyncResource('WITHIN').runInAsyncScope(() => fork('immediate, in another context'));
      });
      resolve();
    }),
    setImmediate(() => called('immediate after a context')),
  );
});

await new Promise((resolve) => {
  process.once('uncaughtException', () => {
    fork('handler of an error in an immediate');
    resolve();
  });
  setImmediate(() => {
    throw new Error('for the handler');
  });
  setImmediate(() => called('immediate after an error'));
});
await turn();

/** One of each kind that comes after the callback that runs. */
function leavePending(place) {
  process.nextTick(called, `tick, ${place}`);
  void Promise.resolve().then(() => called(`promise, ${place}`));
  queueMicrotask(() => called(`microtask, ${place}`));
  void (async () => {
    await Promise.resolve();
    called(`await, ${place}`);
  })();
  void Promise.reject(new Error('that nobody handles'));
}
process.on('unhandledRejection', () => called('unhandled rejection'));
const forkWithPending = (place) => {
  leavePending(place);
  fork(place);
};
setTimeout(forkWithPending, 1, 'timer with more to call');
await sleep(5);
setImmediate(forkWithPending, 'immediate with more to call');
await sleep(5);
process.nextTick(forkWithPending, 'tick with more to call');
await sleep(5);
void Promise.resolve('promise with more to call').then(forkWithPending);
await sleep(5);
forkWithPending('top level');
await sleep(5);

const ends = [];
for (const { place, child } of copies) {
  await child.join();
  ends.push([place, await child.result.catch(String), await child.stdout.text()]);
}
console.log(JSON.stringify({ ends, calls: [...calls] }));
