/** The steps at which a test build can be killed, and what has them. Named in src/backend. */
const MUTEX = ['taken', 'entered', 'granted', 'released', 'announced', 'before sleep', 'woken'];
const HAND_OVER = ['before hand-over', 'before wake'];
const MONITOR = [
  'looking',
  'taken',
  'granted',
  'released',
  'changed',
  'before wake',
  'before sleep',
  'woken',
];

const PORTABLE = [
  'inner taken',
  'looking',
  'taken',
  'written',
  'replaced',
  'inner left',
  'before sleep',
  'woken',
];

const FUTEX_STEPS = {
  lock: [...MUTEX, ...HAND_OVER],
  fair: [...MUTEX, ...HAND_OVER],
  semaphore: MONITOR,
  rwlock: MONITOR,
  condition: [...new Set([...MUTEX, ...HAND_OVER, ...MONITOR])],
  barrier: MONITOR,
};

/** By scenario; those of the back end without FFI have an ending. @type {Record<string, string[]>} */
export const STEPS = {
  ...FUTEX_STEPS,
  ...Object.fromEntries(Object.keys(FUTEX_STEPS).map((scenario) => [`${scenario}/portable`, PORTABLE])),
};
