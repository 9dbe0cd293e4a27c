/** Node's timers and clock as they were when this package was loaded: what a program puts in their place, as tests do, is not for real processes. */
export const { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate, clearImmediate } =
  process.getBuiltinModule('node:timers');
export const nextTick = process.nextTick.bind(process);
/** Milliseconds on a clock that is never set. */
export const monotonicNow = performance.now.bind(performance);
