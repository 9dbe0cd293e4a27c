/**
 * What Node still has to call: timers, immediates, ticks, promises and errors of promises. No public function shows
 * its lists of them, but V8's inspector shows which variables a function of Node sees, among them the `require` of
 * Node's own modules.
 *
 * @see lib/internal/timers.js, process/task_queues.js, process/promises.js and async_hooks.js of Node
 */
import { inspectSelf, type SelfInspector } from './inspect-self.js';
import { findMicrotaskQueue, forgetMicrotasks } from './microtask-queue.js';

/** A member of a linked list. The list of timers is a circle that begins and ends with its head. */
interface Linked {
  readonly _idleNext: Linked | null;
}

/** By the names that Node gives them. */
interface NodeInternals {
  /** Duration → timers. */
  readonly timerListMap: Readonly<Record<string, Linked>>;
  /** How many timers keep the event loop alive. */
  readonly timeoutInfo: Int32Array;
  readonly immediateQueue: { readonly head: Linked | null };
  /** How many there are, how many keep the event loop alive (Node's own in C++ too), whether some are left of a turn. */
  readonly immediateInfo: Uint32Array;
  readonly Timeout: new (
    callback: () => void,
    after: number,
    args: undefined,
    repeats: boolean,
    keepsAlive: boolean,
  ) => NodeJS.Timeout;
  readonly Immediate: new (callback: () => void) => NodeJS.Immediate;
  readonly insert: (timeout: NodeJS.Timeout, after: number, start: number) => void;
  readonly getTimerCallbacks: (runNextTicks: () => void) => {
    readonly processImmediate: () => void;
    readonly processTimers: (now: number) => number;
  };
  readonly runNextTicks: () => void;
  readonly binding: {
    setupTimers(processImmediate: () => void, processTimers: (now: number) => number): void;
    toggleTimerRef(keepsAlive: boolean): void;
    getLibuvNow(): number;
    scheduleTimer(after: number): void;
    toggleImmediateRef(keepsAlive: boolean): void;
  };
  readonly nextTick: (callback: () => void) => void;
  /** Of ticks. */
  readonly queue: { shift(): object | null };
  readonly setHasTickScheduled: (isScheduled: boolean) => void;
  readonly processPromiseRejections: () => boolean;
  readonly hasRejectionToWarn: () => boolean;
  readonly setHasRejectionToWarn: (has: boolean) => void;
  /** Whose callbacks are running, the innermost last, with holes. */
  readonly execution_async_resources: readonly object[];
  readonly clearDefaultTriggerAsyncId: () => void;
  readonly clearAsyncIdStack: () => void;
  readonly disablePromiseHookIfNecessary: () => void;
  readonly setUncaughtExceptionCaptureCallback: (callback: null) => void;
  /** Of the date that answers of http carry. */
  readonly resetCache: () => void;
}

const NAMES = [
  'timerListMap',
  'timeoutInfo',
  'immediateQueue',
  'immediateInfo',
  'Timeout',
  'Immediate',
  'insert',
  'getTimerCallbacks',
  'runNextTicks',
  'nextTick',
  'binding',
  'queue',
  'setHasTickScheduled',
  'processPromiseRejections',
  'hasRejectionToWarn',
  'setHasRejectionToWarn',
  'execution_async_resources',
  'clearDefaultTriggerAsyncId',
  'clearAsyncIdStack',
  'disablePromiseHookIfNecessary',
  'setUncaughtExceptionCaptureCallback',
  'resetCache',
] as const satisfies readonly (keyof NodeInternals)[];

const HAS_OUTSTANDING = 2;

let node: NodeInternals | undefined;

/**
 * In the original. Takes some milliseconds the first time.
 *
 * @throws Error when this Node keeps them elsewhere
 */
export function findPendingCallbacks(): void {
  node ??= inspectSelf(findInternals);
  findMicrotaskQueue();
}

/** In a copy: nothing that the original has still to call is called. */
export function forgetPendingCallbacks(): void {
  const internals = node as NodeInternals;
  forgetTimers(internals);
  forgetRejections(internals);
  internals.setUncaughtExceptionCaptureCallback(null);
  while (internals.queue.shift() !== null);
  internals.setHasTickScheduled(false);
  forgetMicrotasks();
  // One of those would have done it, and promises be slow for good.
  internals.disablePromiseHookIfNecessary();
}

/** A termination that is left over takes one: the second that was asked for, or those of a tick. */
const TRIES = 4;

/**
 * Calls back with nothing else on the stack, after the event loop has turned and Node done what it puts off until
 * then. By a timer first: Node calls the next one when a termination that was left over has cut that short, while
 * it would lose immediates.
 *
 * @param stillWithin - may be called by a tick before that, with something on the stack
 */
export function callFromLoop(callback: () => void, stillWithin: () => void): void {
  const { nextTick, Timeout, Immediate, insert, binding, timeoutInfo } = node as NodeInternals;
  let immediate: NodeJS.Immediate | undefined;
  nextTick(() => {
    if (immediate === undefined) stillWithin();
  });
  const tries: NodeJS.Timeout[] = [];
  const afterTimer = () => {
    for (const other of tries) other.close();
    // Without those that were cut short.
    timeoutInfo[0] = 0;
    binding.toggleTimerRef(false);
    forgetAsyncContexts();
    immediate = new Immediate(callback);
  };
  for (let count = 0; count < TRIES; count++) {
    const timeout = new Timeout(afterTimer, 1, undefined, false, true);
    tries.push(timeout);
    insert(timeout, 1, binding.getLibuvNow() - 1);
  }
  binding.scheduleTimer(0);
}

/** What the functions that are running would do at their end, one by one. */
export function forgetAsyncContexts(): void {
  const internals = node as NodeInternals;
  internals.clearDefaultTriggerAsyncId();
  internals.clearAsyncIdStack();
}

function forgetTimers(internals: NodeInternals): void {
  const { Timeout, Immediate, binding } = internals;
  // One that is being called is in no list, and the immediates that come after it hang on it alone.
  const running = Object.values(internals.execution_async_resources);
  const timeouts = [
    ...running.filter((resource) => resource instanceof Timeout),
    ...Object.values(internals.timerListMap).flatMap((list) => chain(list._idleNext, list)),
  ];
  const immediates = [
    ...running
      .filter((resource) => resource instanceof Immediate)
      .flatMap((immediate) => chain(immediate as object as Linked)),
    ...chain(internals.immediateQueue.head),
  ];
  // Not by the functions of `node:timers`, which a program may have replaced, as fake timers are.
  for (const timeout of timeouts) (timeout as NodeJS.Timeout).close();
  clearAll(immediates);
  // Behind what a promise or a tick between two immediates runs, no list leads to those that are left.
  if (internals.immediateInfo[0] !== 0) clearAll(immediatesInHeap(Immediate));
  internals.timeoutInfo.fill(0);
  binding.toggleTimerRef(false);
  internals.immediateInfo[HAS_OUTSTANDING] = 0;
  // The functions of the original would go on with the immediates that they had come to.
  const { processImmediate, processTimers } = internals.getTimerCallbacks(internals.runNextTicks);
  binding.setupTimers(processImmediate, processTimers);
  // A timer of Node's own, cleared like the others, would have done it.
  internals.resetCache();
}

/** Does nothing with those that have run. */
function clearAll(immediates: readonly object[]): void {
  for (const immediate of immediates) (immediate as NodeJS.Immediate)[Symbol.dispose]();
}

/** Takes as long as a collection of garbage. */
function immediatesInHeap(Immediate: NodeInternals['Immediate']): NodeJS.Immediate[] {
  return inspectSelf(({ post, handleOf, objectOf }) => {
    const { objects } = post('Runtime.queryObjects', {
      prototypeObjectId: handleOf(Immediate.prototype as object),
    }) as { objects: { objectId: string } };
    return objectOf(objects.objectId) as NodeJS.Immediate[];
  });
}

function chain(first: Linked | null, end: Linked | null = null): Linked[] {
  const members: Linked[] = [];
  for (let each = first; each !== end && each !== null; each = each._idleNext) members.push(each);
  return members;
}

/** Rejections that nobody has handled so far: the original will tell of them. */
function forgetRejections(internals: NodeInternals): void {
  if (!internals.hasRejectionToWarn()) return;
  // Node replaces this list, so that it has to be looked for each time.
  const { pendingUnhandledRejections: unhandled, asyncHandledRejections: handled } = inspectSelf(
    (inspector) => variablesSeenBy(internals.processPromiseRejections, inspector),
  ) as {
    pendingUnhandledRejections: Map<object, object>;
    asyncHandledRejections: { shift(): object | null | undefined };
  };
  unhandled.clear();
  while (handled.shift());
  internals.setHasRejectionToWarn(false);
}

type Variables = Readonly<Record<string, unknown>>;

function findInternals(inspector: SelfInspector): NodeInternals {
  const seenBy = (owner: object, method: string) => variablesSeenBy((owner as Variables)[method], inspector);
  const { require: internal } = seenBy(process, 'getBuiltinModule') as {
    readonly require: (module: string) => Variables;
  };
  const found: Variables = {
    ...seenBy((internal('internal/timers') as { Timeout: { prototype: object } }).Timeout.prototype, 'ref'),
    ...internal('internal/timers'),
    ...internal('internal/async_hooks'),
    ...internal('internal/process/promises'),
    ...internal('internal/process/execution'),
    ...seenBy(internal('internal/process/task_queues'), 'setupTaskQueue'),
    ...seenBy(internal('internal/async_hooks'), 'executionAsyncResource'),
    ...seenBy(internal('internal/http'), 'utcDate'),
  };
  const missing = NAMES.find((name) => found[name] === undefined);
  if (missing !== undefined) throw new Error(`no ${missing}`);
  return Object.fromEntries(NAMES.map((name) => [name, found[name]])) as unknown as NodeInternals;
}

interface Property {
  readonly name: string;
  readonly value?: { readonly objectId: string };
}

function variablesSeenBy(fn: unknown, { post, handleOf, objectOf }: SelfInspector): Variables {
  const { internalProperties } = post('Runtime.getProperties', {
    objectId: handleOf(fn as object),
    ownProperties: true,
  }) as { internalProperties: readonly Property[] };
  const scopes = internalProperties.find(({ name }) => name === '[[Scopes]]') as Required<Property>;
  // Like an array, but no iterable one.
  const { 0: innermost } = objectOf(scopes.value.objectId) as { 0: { object: Variables } };
  return innermost.object;
}
