/**
 * How a process reaches a queue: directly in the one that made it, by a link from every other. One file a way.
 *
 * What is there at once is given at once; what has to be waited for is pending, for callers that await it and for those
 * that block the thread.
 */
import type { Pending } from './pending.js';

export interface QueueAccess {
  /** True when waiting makes sense although nothing else goes on in this process. */
  readonly isShared: boolean;
  /** True where nearly everything takes a question to another process. */
  readonly isRemote: boolean;
  /** True while something that was put has not left this process. */
  readonly hasUnsent: boolean;
  /** A promise when it was accepted, and the next one should wait for room; undefined when it need not. */
  put(payload: Buffer): Pending<void> | Promise<void> | undefined;
  get(): Buffer | Pending<Buffer>;
  tryGet(): Buffer | undefined | Pending<Buffer | undefined>;
  size(): number | Pending<number>;
  /** @throws ProcessStateError when more were done than were put */
  taskDone(): undefined | Pending<undefined>;
  join(): Pending<void>;
  close(): void;
}
