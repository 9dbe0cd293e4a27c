/** Tells of a lock that is held for ever, because nothing that could release it is left. */
export function warnOfCollected(what: string): void {
  process.emitWarning(
    `${what} was held when its guard and its lock object were garbage-collected: it stays held until this ` +
      'process ends. Release it in a finally block, or keep the lock object to hold it on purpose.',
    { type: 'LockWarning', code: 'WARN_LOCK_COLLECTED' },
  );
}

/** For grants that nothing but the guard and the lock object refers to. */
const registry = new FinalizationRegistry<string>(warnOfCollected);

/** @param grant - what the guard and the lock object share, and nothing else refers to */
export function watchGrant(grant: object, what: string): void {
  registry.register(grant, what, grant);
}

export function unwatchGrant(grant: object): void {
  registry.unregister(grant);
}
