/**
 * What Node still has to call: timers, immediates, ticks, promises and errors of promises. No public function shows
 * its lists of them, but V8's inspector shows which variables a function of Node sees, among them the `require` of
 * Node's own modules.
 *
 * @see lib/internal/timers.js, process/task_queues.js, process/promises.js and async_hooks.js of Node
 */
import { findClosingHandles } from './event-loop.js';
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
  /** How many there are, how many keep the event loop alive, whether some are being called. */
  readonly immediateInfo: Uint32Array;
  readonly Timeout: new () => NodeJS.Timeout;
  readonly Immediate: new () => NodeJS.Immediate;
  readonly getTimerCallbacks: (runNextTicks: () => void) => {
    readonly processImmediate: () => void;
    readonly processTimers: (now: number) => number;
  };
  readonly runNextTicks: () => void;
  readonly binding: {
    setupTimers(processImmediate: () => void, processTimers: (now: number) => number): void;
    toggleTimerRef(keepsAlive: boolean): void;
    toggleImmediateRef(keepsAlive: boolean): void;
  };
  /** Of ticks. */
  readonly queue: { shift(): object | null };
  readonly setHasTickScheduled: (isScheduled: boolean) => void;
  readonly processPromiseRejections: () => boolean;
  readonly hasRejectionToWarn: () => boolean;
  readonly setHasRejectionToWarn: (has: boolean) => void;
  /** Whose callbacks are running, the innermost last, with holes. */
  readonly execution_async_resources: readonly object[];
}

const NAMES = [
  'timerListMap',
  'timeoutInfo',
  'immediateQueue',
  'immediateInfo',
  'Timeout',
  'Immediate',
  'getTimerCallbacks',
  'runNextTicks',
  'binding',
  'queue',
  'setHasTickScheduled',
  'processPromiseRejections',
  'hasRejectionToWarn',
  'setHasRejectionToWarn',
  'execution_async_resources',
] as const satisfies readonly (keyof NodeInternals)[];

let node: NodeInternals | undefined;

/**
 * Why {@link forgetPendingCallbacks} could not find them; undefined when it can. To look takes some milliseconds,
 * the first time.
 */
export function whyCallbacksNotFound(): string | undefined {
  try {
    node ??= inspectSelf(findInternals);
    findMicrotaskQueue();
    findClosingHandles();
    return undefined;
  } catch (error) {
    return `this Node keeps what it has still to call elsewhere than Node 20 to 26 do (${(error as Error).message}).`;
  }
}

/** In a copy: nothing that the original has still to call is called. */
export function forgetPendingCallbacks(): void {
  const internals = node as NodeInternals;
  forgetTimers(internals);
  forgetRejections(internals);
  while (internals.queue.shift() !== null);
  internals.setHasTickScheduled(false);
  forgetMicrotasks();
}

function forgetTimers(internals: NodeInternals): void {
  const { clearImmediate, clearTimeout } = process.getBuiltinModule('node:timers');
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
  for (const timeout of timeouts) clearTimeout(timeout as NodeJS.Timeout);
  for (const immediate of immediates) clearImmediate(immediate as object as NodeJS.Immediate);
  internals.timeoutInfo.fill(0);
  binding.toggleTimerRef(false);
  // Left are those of a turn under way that no list has. Node's own, of TLS for example, count in the second place alone.
  const [unknown = 0, keeping = 0] = internals.immediateInfo;
  const own = Math.max(0, keeping - unknown);
  internals.immediateInfo.set([0, own, 0]);
  if (own === 0) binding.toggleImmediateRef(false);
  // The functions of the original would go on with the immediates that they had come to.
  const { processImmediate, processTimers } = internals.getTimerCallbacks(internals.runNextTicks);
  binding.setupTimers(processImmediate, processTimers);
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
  const { clearTimeout, setTimeout } = process.getBuiltinModule('node:timers');
  const sample = setTimeout(() => undefined, 0);
  clearTimeout(sample);
  const seenBy = (owner: object, method: string) => variablesSeenBy((owner as Variables)[method], inspector);
  const { require: internal } = seenBy(process, 'getBuiltinModule') as {
    readonly require: (module: string) => Variables;
  };
  const found: Variables = {
    ...seenBy(sample, 'ref'),
    ...internal('internal/timers'),
    ...internal('internal/process/promises'),
    ...seenBy(internal('internal/process/task_queues'), 'setupTaskQueue'),
    ...seenBy(internal('internal/async_hooks'), 'executionAsyncResource'),
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
