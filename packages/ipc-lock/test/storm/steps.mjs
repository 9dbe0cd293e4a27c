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

/** @type {Record<string, string[]>} */
export const STEPS = {
  lock: [...MUTEX, ...HAND_OVER],
  fair: [...MUTEX, ...HAND_OVER],
  semaphore: MONITOR,
  rwlock: MONITOR,
  condition: [...new Set([...MUTEX, ...HAND_OVER, ...MONITOR])],
  barrier: MONITOR,
};
