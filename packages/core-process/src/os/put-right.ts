/**
 * What of Node has to be put right in a copy of a process, whichever way the copy was made.
 *
 * A copy must never come to Node's own end, which joins threads that it does not have: every way there
 * (the loop that has run empty, process.exit(), an uncaught error) is taken here and ends in `_exit`.
 */
import { writeSync } from 'node:fs';
import { createHook } from 'node:async_hooks';
import { inspect } from 'node:util';
import { holdsOfEventLoop } from './event-loop.js';
import { leave, leaveAtEnd, ownPid } from './process-copy.js';
import { setImmediate } from '../real-timers.js';

export function putRight(): void {
  Object.defineProperty(process, 'pid', { value: ownPid(), enumerable: true, configurable: true });
  ownRandomNumbers();
  endByOurselves();
}

/** No two copies draw the same numbers: OpenSSL sees to it that its own differ. */
function ownRandomNumbers(): void {
  let draw: (() => number) | undefined;
  // Seeded at its first use, which most copies never come to.
  Math.random = function random() {
    const { randomFillSync } = process.getBuiltinModule('node:crypto');
    draw ??= randomGenerator(randomFillSync(new Uint32Array(4)));
    return draw();
  };
}

/** The most that Node draws from OpenSSL at a time for either of the two below. */
const DRAWN_AT_ONCE = 1024;

/**
 * Uses up what Node has drawn ahead from OpenSSL, so that each copy has to draw anew.
 *
 * @see `getBufferedUUID` and `randomInt` in Node's lib/internal/crypto/random.js
 */
export function useUpRandomNumbers(): void {
  const { randomInt, randomUUID } = process.getBuiltinModule('node:crypto');
  useUp(() => void randomUUID());
  useUp(() => void randomInt(2));
}

/** Draws until Node draws from OpenSSL, counts how many draws that lasts, and leaves none. */
function useUp(draw: () => void): void {
  let isRefilled = false;
  const hook = createHook({
    init(_id, type) {
      if (type === 'RANDOMBYTESREQUEST') isRefilled = true;
    },
  }).enable();
  const drawUntilRefill = () => {
    isRefilled = false;
    for (let draws = 1; draws <= 2 * DRAWN_AT_ONCE; draws++) {
      draw();
      if (isRefilled) return draws;
    }
    throw new Error(
      'What Node has drawn ahead of random numbers could not be used up: this is called in an async hook, or Node draws otherwise than it did.',
    );
  };
  try {
    drawUntilRefill();
    const draws = drawUntilRefill();
    for (let drawn = 1; drawn < draws; drawn++) draw();
  } finally {
    hook.disable();
  }
}

/** @see D. Blackman, S. Vigna, "Scrambled Linear Pseudorandom Number Generators" (2021): xoshiro128++ */
function randomGenerator(seed: Uint32Array): () => number {
  let [a = 1, b = 2, c = 3, d = 4] = seed;
  const next = () => {
    const sum = (a + d) | 0;
    const drawn = (((sum << 7) | (sum >>> 25)) + a) | 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return drawn >>> 0;
  };
  // 53 bits: as many as a number between 0 and 1 can have.
  return () => ((next() >>> 5) * 0x4000000 + (next() >>> 6)) / 0x20000000000000;
}

/** Node's exit code for an error that nobody caught, and for one thrown while it was handled. */
const UNCAUGHT = 1;

/** In this process, and in each copy of it. */
let endsByItself = false;

function endByOurselves(): void {
  if (endsByItself) return;
  endsByItself = true;
  const emit = process.emit.bind(process) as (event: string, ...args: unknown[]) => boolean;
  let uncaught: { readonly error: unknown } | undefined;

  const emitAndEnd = (event: string, ...args: unknown[]): boolean => {
    if (event === 'exit') {
      try {
        emit(event, ...args);
      } catch (error) {
        printUncaught(error);
        leave(UNCAUGHT);
      }
      if (uncaught !== undefined) printUncaught(uncaught.error);
      return leaveAtEnd(Number(process.exitCode ?? args[0] ?? 0));
    }
    const isHandled = emit(event, ...args);
    // The loop has run empty. Node would now look at the original's main module, which may not be finished
    // and never will be. A turn later, what the listeners did has shown, too.
    if (event === 'beforeExit') {
      setImmediate(() => {
        // Not by process.exit(), which the program may have replaced.
        if (holdsOfEventLoop() <= 1) emitAndEnd('exit', Number(process.exitCode ?? 0));
      });
    }
    // Node goes on to emit «exit», and prints the error after that.
    if (event === 'uncaughtException' && !isHandled) uncaught = { error: args[0] };
    return isHandled;
  };
  process.emit = emitAndEnd as typeof process.emit;
  (process as unknown as { reallyExit(code: number): never }).reallyExit = (code) => leave(code);
}

function printUncaught(error: unknown): void {
  try {
    writeSync(2, `Uncaught:\n${inspect(error)}\n\nNode.js ${process.version}\n`);
  } catch {
    // Its standard error is closed: nobody can be told.
  }
}
