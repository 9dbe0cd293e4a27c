/** The thread that sleeps for all asynchronous waits of the thread that started it. Imported by nobody. */
import { receiveMessageOnPort, workerData } from 'node:worker_threads';
import { CONTROL, STATE, type WaitThreadData, type WatchMessage } from '../backend/futex/wait-thread.js';
import { type MemoryCalls, memoryCalls, type SleepingWord } from '../platform/ffi.js';

const { port, control } = workerData as WaitThreadData;
const watches = new Map<number, SleepingWord>();

/** Longest sleep in a system call, in milliseconds: whoever terminates this thread waits as long at most. */
const LONGEST_CALL_MS = 250;

// A process that is ending already does not want it any more.
if (Atomics.compareExchange(control, CONTROL.state, STATE.starting, STATE.loading) === STATE.starting) {
  const calls = memoryCalls();
  tell(STATE.watching);
  watchAll(calls);
  tell(STATE.ended);
}
port.close();

function watchAll(calls: MemoryCalls): void {
  const controlAddress = calls.addressOf(control);
  while (Atomics.load(control, CONTROL.ending) !== 1) {
    const messages = Atomics.load(control, CONTROL.messages);
    takeMessages();
    if (watches.size === 0) {
      // Node can interrupt this sleep, and not the one in a system call.
      Atomics.wait(control, CONTROL.messages, messages);
      continue;
    }
    Atomics.store(control, CONTROL.inCall, 1);
    calls.sleepOnAny([{ address: controlAddress, expected: messages }, ...watches.values()], LONGEST_CALL_MS);
    Atomics.store(control, CONTROL.inCall, 0);
    for (const [watch, { address, expected }] of watches) {
      if (calls.load(address) === expected) continue;
      watches.delete(watch);
      port.postMessage(watch);
    }
  }
}

function tell(state: number): void {
  Atomics.store(control, CONTROL.state, state);
  Atomics.notify(control, CONTROL.state);
}

function takeMessages(): void {
  for (
    let received = receiveMessageOnPort(port);
    received !== undefined;
    received = receiveMessageOnPort(port)
  ) {
    const message = received.message as WatchMessage;
    if ('forget' in message) watches.delete(message.forget);
    else watches.set(message.watch, message);
  }
}
