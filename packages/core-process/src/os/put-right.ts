/**
 * What of Node has to be put right in a copy of a process, whichever way the copy was made.
 *
 * A copy must never come to Node's own end, which joins threads that it does not have: every way there
 * (the loop that has run empty, process.exit(), an uncaught error) is taken here and ends in `_exit`.
 */
import { randomFillSync, randomInt, randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import { inspect } from 'node:util';
import { holdsOfEventLoop, leave, ownPid } from './process-copy.js';

export function putRight(): void {
  Object.defineProperty(process, 'pid', { value: ownPid(), enumerable: true, configurable: true });
  ownRandomNumbers();
  endByOurselves();
}

/** How many values Node draws at a time for each of the two. */
const UUIDS_DRAWN_AT_ONCE = 128;
const INTEGERS_DRAWN_AT_ONCE = 1024;

/** No two copies draw the same numbers. */
function ownRandomNumbers(): void {
  Math.random = randomGenerator(randomFillSync(new Uint32Array(4)));
  drawAhead();
}

/** OpenSSL draws anew in a copy by itself; what Node has drawn ahead from it is used up here. */
export function drawAhead(): void {
  for (let drawn = 0; drawn < UUIDS_DRAWN_AT_ONCE; drawn++) randomUUID();
  for (let drawn = 0; drawn < INTEGERS_DRAWN_AT_ONCE; drawn++) randomInt(2);
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
  function random(): number {
    // 53 bits: as many as a number between 0 and 1 can have.
    return ((next() >>> 5) * 0x4000000 + (next() >>> 6)) / 0x20000000000000;
  }
  return random;
}

/** Node's exit code for an error that nobody caught, and for one thrown while it was handled. */
const UNCAUGHT = 1;

function endByOurselves(): void {
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
      leave(Number(process.exitCode ?? args[0] ?? 0));
    }
    const isHandled = emit(event, ...args);
    // The loop has run empty. Node would now look at the original's main module, which may not be finished
    // and never will be. A turn later, what the listeners did has shown, too.
    if (event === 'beforeExit') {
      setImmediate(() => {
        if (holdsOfEventLoop() <= 1) process.exit();
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
