/** What the processes of a storm do, and what must hold when it is over; one entry a primitive. */
import { Barrier, BoundedSemaphore, Condition, Lock, RWLock } from 'ipc-lock';
import { EVENT, GRANT, now } from './stage.mjs';

/** Keeps the thread busy for up to so many microseconds. */
function spin(microseconds) {
  const until = process.hrtime.bigint() + BigInt(Math.floor(Math.random() * microseconds * 1000));
  while (process.hrtime.bigint() < until);
}

const PERMITS = 3;
const READS = 1;
const WRITES = 2;
/** Word of the stage that the condition is about. */
const TRAY = 40;

const turn = () => new Promise(setImmediate);

/** Everything between a grant and its release, written down so that a kill at any point can be told from a fault. */
async function hold(guard, stage, incarnation, work, ...inside) {
  const token = Number(guard.token) - stage.origin;
  if (guard.abandoned !== null) {
    stage.note(EVENT.told, Number(guard.abandoned.token) - stage.origin, guard.abandoned.pid, now());
  }
  stage.tokens[token] = GRANT.seen;
  stage.beat(incarnation);
  stage.enter(incarnation, ...inside);
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

    judge: (stage, dead) => [...judgeExclusion(stage, dead, 1), ...judgeReports(stage, dead)],
  },

  get fair() {
    return { ...this.lock, open: (directory) => Lock.open('storm', { directory, fair: true }) };
  },

  semaphore: {
    open: (directory) => BoundedSemaphore.open('storm', PERMITS, { directory }),

    begin(semaphore, stage) {
      const guard = semaphore.acquireSync();
      stage.origin = Number(guard.token);
      stage.tokens[0] = GRANT.released;
      guard.release();
    },

    async work(semaphore, stage, incarnation) {
      for (let round = 0; ; round++) {
        const guard = Math.random() < 0.5 ? semaphore.acquireSync() : await semaphore.acquire();
        await hold(
          guard,
          stage,
          incarnation,
          round % 64 === 0 ? turn : () => spin(30),
          1,
          undefined,
          PERMITS,
        );
        if (round % 16 === 0) await turn();
        if (round % 4 === 0) spin(60);
      }
    },

    async end(semaphore, stage) {
      // All are back, and not one more.
      const guards = [];
      for (let permit = 0; permit < PERMITS; permit++)
        guards.push(await semaphore.acquire({ timeout: 5000 }));
      if (semaphore.value !== 0) throw new Error('a permit was made up');
      for (const guard of guards) await hold(guard, stage, 1, undefined, 1, undefined, PERMITS);
    },

    judge: (stage, dead) => [...judgeExclusion(stage, dead, PERMITS), ...judgeSomeReports(stage, dead)],
  },

  rwlock: {
    open: (directory) => RWLock.open('storm', { directory }),

    begin(lock, stage) {
      const guard = lock.acquireWriteSync();
      stage.origin = Number(guard.token);
      stage.tokens[0] = GRANT.released;
      guard.release();
    },

    async work(lock, stage, incarnation) {
      for (let round = 0; ; round++) {
        const writes = Math.random() < 0.4;
        const isSync = Math.random() < 0.5;
        const work = round % 64 === 0 ? turn : () => spin(30);
        if (writes) {
          const guard = isSync ? lock.acquireWriteSync() : await lock.acquireWrite();
          await hold(guard, stage, incarnation, work, WRITES);
        } else {
          const guard = isSync ? lock.acquireReadSync() : await lock.acquireRead();
          await hold(guard, stage, incarnation, work, READS, (other) => other === READS);
        }
        if (round % 16 === 0) await turn();
        if (round % 4 === 0) spin(60);
      }
    },

    async end(lock, stage) {
      await hold(await lock.acquireWrite({ timeout: 5000 }), stage, 1, undefined, WRITES);
    },

    // Of dead readers nobody is told.
    judge: (stage, dead) => [...judgeExclusion(stage, dead, 1), ...judgeTold(stage, dead)],
  },

  /** A tray for one thing: who finds it full takes it out, who finds it empty puts one in. */
  condition: {
    open: (directory) => Condition.open('storm', { directory }),

    begin() {},

    async work(condition, stage, incarnation) {
      for (let round = 0; ; round++) {
        const puts = Math.random() < 0.5 ? 1 : 0;
        const isSync = Math.random() < 0.5;
        // A wait that is never notified is a fault only if the tray is ready for it: it looks again itself.
        const isReady = () => stage.words[TRAY] !== puts;
        if (isSync) condition.acquireSync();
        else await condition.acquire();
        const found = isSync
          ? condition.waitUntilSync(isReady, { timeout: 20 })
          : await condition.waitUntil(isReady, { timeout: 20 });
        stage.beat(incarnation);
        stage.enter(incarnation);
        if (found) stage.words[TRAY] = puts;
        condition.notifyAll();
        stage.leave(incarnation);
        condition.release();
        if (round % 16 === 0) await turn();
      }
    },

    async end(condition) {
      await condition.acquire({ timeout: 5000 });
      if (condition.notifyAll() !== 0) throw new Error('the dead were notified');
      condition.release();
    },

    judge: (stage, dead) => [...judgeExclusion(stage, dead, 1)],
  },

  /** Two of four meet again and again; who finds it broken by a death repairs it. */
  barrier: {
    /** So many have to be there. */
    parties: 2,

    open: (directory) => Barrier.open('storm', 2, { directory }),

    begin() {},

    async work(barrier, stage, incarnation) {
      for (let round = 0; ; round++) {
        try {
          const index = Math.random() < 0.5 ? barrier.waitSync() : await barrier.wait();
          if (index !== 0 && index !== 1) stage.note(EVENT.wrong, incarnation, index, round);
          stage.beat(incarnation);
        } catch (error) {
          if (error.code !== 'ERR_LOCK_BROKEN_BARRIER') throw error;
          barrier.reset();
        }
        if (round % 16 === 0) await turn();
        if (round % 4 === 0) spin(60);
      }
    },

    async end(barrier) {
      barrier.reset();
      const numbers = await Promise.all([barrier.wait({ timeout: 5000 }), barrier.wait({ timeout: 5000 })]);
      if (numbers[0] + numbers[1] !== 1)
        throw new Error(`two parties had the numbers ${numbers.join(' and ')}`);
    },

    judge: (stage, dead) => [...judgeExclusion(stage, dead, 1)],
  },
};

/** Never more inside than may be: who was found there in excess was dead by then. */
function* judgeExclusion(stage, dead, most) {
  const crowds = new Map();
  for (const { kind, a, b, c } of stage.written()) {
    if (kind === EVENT.wrong) yield `incarnation ${a} saw something wrong: ${b}, ${c}`;
    if (kind !== EVENT.found) continue;
    const crowd = `${b} at ${c}`;
    const alive = (crowds.get(crowd) ?? 0) + (dead.get(a).at > c ? 1 : 0);
    crowds.set(crowd, alive);
    if (alive >= most)
      yield `incarnation ${crowd} ms found ${a} inside, which was killed at ${dead.get(a).at} ms`;
  }
}

function* judgeTold(stage, dead) {
  const killed = new Map([...dead.values()].map(({ pid, at }) => [pid, at]));
  const told = new Set();
  for (const { kind, a, b, c } of stage.written()) {
    if (kind !== EVENT.told) continue;
    if (told.has(a)) yield `the abandoned grant ${a} was told of twice`;
    if (stage.tokens[a] === GRANT.released) yield `the grant ${a} was released, and told of as abandoned`;
    if (!(killed.get(b) <= c)) yield `process ${b} was said to be dead at ${c}, killed at ${killed.get(b)}`;
    told.add(a);
  }
  return told;
}

/** Every abandoned grant is told of once, to the next; no other is. */
function* judgeReports(stage, dead) {
  const told = yield* judgeTold(stage, dead);
  const last = lastToken(stage);
  for (let token = 1; token < last; token++) {
    // A grant that nobody saw is one whose holder was killed before it could write it down.
    const isAbandoned = stage.tokens[token] === GRANT.unseen || stage.tokens[token] === GRANT.seen;
    // So does a report die with the one that it was made to.
    if (isAbandoned && !told.has(token) && stage.tokens[token + 1] !== GRANT.unseen) {
      yield `the abandoned grant ${token} was never told of`;
    }
  }
}

/** The same where reports go to whoever comes next, and die with it unseen: few are missing. */
function* judgeSomeReports(stage, dead) {
  const told = yield* judgeTold(stage, dead);
  let missing = 0;
  for (let token = lastToken(stage); token > 0; token--) {
    if (stage.tokens[token] === GRANT.seen && !told.has(token)) missing++;
  }
  if (missing > 2 + dead.size / 20) yield `${missing} abandoned grants were never told of`;
}

function lastToken(stage) {
  let last = stage.tokens.length - 1;
  while (last > 0 && stage.tokens[last] === GRANT.unseen) last--;
  return last;
}
