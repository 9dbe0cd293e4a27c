/**
 * Forks from every place from which Node calls back, with more to be called: timers, immediates, ticks, promises.
 * node --single-threaded --v8-pool-size=1 fork-pending.mjs; prints JSON.
 */
import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import timers from 'node:timers';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { called, fork, own, report } from './fork-places.mjs';

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
  own.push(
    setImmediate(() => {
      called(`immediate ${index} of a turn with promises`);
      if (index === 1) void Promise.resolve().then(() => fork('between two immediates'));
    }),
  );
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
    if (turns === 2) called('interval');
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

// As tests do that have a clock of their own.
const names = [
  'setTimeout',
  'clearTimeout',
  'setInterval',
  'clearInterval',
  'setImmediate',
  'clearImmediate',
];
const ofNode = [
  [process, 'nextTick'],
  ...[globalThis, timers].flatMap((owner) => names.map((name) => [owner, name])),
].map(([owner, name]) => [owner, name, owner[name]]);
for (const [owner, name] of ofNode) owner[name] = () => ({});
const restore = () => {
  for (const [owner, name, own] of ofNode) owner[name] = own;
};
fork('fake timers', async () => restore());
restore();
await sleep(5);

await report();
