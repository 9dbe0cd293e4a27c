/** How a process reaches a queue: directly in the one that made it, by a link from every other. One file a way. */
export interface Cancellable<T> {
  readonly result: Promise<T>;
  /** Gives up; the result then rejects, unless it was there already. */
  cancel(reason: unknown): void;
}

export interface QueueAccess {
  /** True when waiting makes sense although nothing else goes on in this process. */
  readonly isShared: boolean;
  /** Undefined when it needs no wait. */
  put(payload: Buffer): Cancellable<void> | undefined;
  get(): Buffer | Cancellable<Buffer>;
  tryGet(): Promise<Buffer | undefined>;
  size(): Promise<number>;
  /** @throws ProcessStateError when more were done than were put */
  taskDone(): Promise<void>;
  join(): Cancellable<void>;
  close(): void;
}
