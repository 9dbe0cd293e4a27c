/** What the processes of a storm do, and what must hold when it is over; one entry a primitive. */
import { Lock } from 'ipc-lock';
import { EVENT, GRANT } from './stage.mjs';

/** Keeps the thread busy for up to so many microseconds. */
function spin(microseconds) {
  const until = process.hrtime.bigint() + BigInt(Math.floor(Math.random() * microseconds * 1000));
  while (process.hrtime.bigint() < until);
}

const turn = () => new Promise(setImmediate);

/** Everything between a grant and its release, written down so that a kill at any point can be told from a fault. */
async function hold(guard, stage, incarnation, work) {
  const token = Number(guard.token) - stage.origin;
  if (guard.abandoned !== null) {
    stage.note(EVENT.told, Number(guard.abandoned.token) - stage.origin, guard.abandoned.pid, token);
  }
  stage.tokens[token] = GRANT.seen;
  stage.beat(incarnation);
  stage.enter(incarnation);
  await work?.();
  stage.leave(incarnation);
  stage.tokens[token] = GRANT.releasing;
  guard.release();
  stage.tokens[token] = GRANT.released;
}

export const scenarios = {
  lock: {
    open: (directory) => Lock.open('storm', { directory }),

    begin(lock, stage) {
      const guard = lock.acquireSync();
      stage.origin = Number(guard.token);
      stage.tokens[0] = GRANT.released;
      guard.release();
    },

    async work(lock, stage, incarnation) {
      for (let round = 0; ; round++) {
        const guard = Math.random() < 0.5 ? lock.acquireSync() : await lock.acquire();
        // Seldom held over a turn of the event loop, so that the others have to sleep.
        await hold(guard, stage, incarnation, round % 64 === 0 ? turn : () => spin(30));
        if (round % 16 === 0) await turn();
        if (round % 4 === 0) spin(60);
      }
    },

    async end(lock, stage) {
      await hold(await lock.acquire({ timeout: 5000 }), stage, 1);
    },

    judge: (stage, dead) => [...judgeExclusion(stage, dead), ...judgeReports(stage, dead)],
  },
};

/** Never two holders. */
function* judgeExclusion(stage, dead) {
  for (const { kind, a, b, c } of stage.written()) {
    if (kind === EVENT.wrong) yield `incarnation ${b} found ${c} inside when it left`;
    if (kind === EVENT.found && !dead.has(a)) yield `incarnation ${b} found ${a} inside, which lives`;
  }
}

/** Every abandoned grant is told of once, to the next; no other is. */
function* judgeReports(stage, dead) {
  const pids = new Set(dead.values());
  const told = new Set();
  for (const { kind, a, b } of stage.written()) {
    if (kind !== EVENT.told) continue;
    if (told.has(a)) yield `the abandoned grant ${a} was told of twice`;
    if (stage.tokens[a] === GRANT.released) yield `the grant ${a} was released, and told of as abandoned`;
    if (!pids.has(b)) yield `process ${b} was said to be dead, and is not`;
    told.add(a);
  }
  let last = stage.tokens.length - 1;
  while (last > 0 && stage.tokens[last] === 0) last--;
  for (let token = 1; token < last; token++) {
    // A grant that nobody saw is one whose holder was killed before it could write it down.
    const isAbandoned = stage.tokens[token] === GRANT.unseen || stage.tokens[token] === GRANT.seen;
    // So does a report die with the one that it was made to.
    if (isAbandoned && !told.has(token) && stage.tokens[token + 1] !== GRANT.unseen) {
      yield `the abandoned grant ${token} was never told of`;
    }
  }
}
