/** Tasks that wait for a worker: by priority, and in order within one. */
import { Deque } from '../deque.js';
import type { PoolTask } from './task.js';

export class TaskQueue {
  /** Highest priority first. */
  #lanes: Lane[] = [];
  #length = 0;

  /** Tasks in it; those that were cancelled meanwhile are not counted. */
  get length(): number {
    return this.#length;
  }

  push(task: PoolTask): void {
    this.#lane(task.priority).push(task);
    this.#length++;
  }

  /** For a task that was at a worker, and comes back. */
  putBack(task: PoolTask): void {
    this.#lane(task.priority).unshift(task);
    this.#length++;
  }

  /** The next one, left in the queue. */
  peek(): PoolTask | undefined {
    return this.#nextLane()?.peek();
  }

  shift(): PoolTask | undefined {
    const lane = this.#nextLane();
    if (lane === undefined) return undefined;
    this.#length--;
    return lane.shift();
  }

  /** To be called when a queued task was settled by a cancellation: it is passed over when its turn comes. */
  discount(): void {
    this.#length--;
  }

  clear(): PoolTask[] {
    const left = this.#lanes.flatMap((lane) => lane.drain());
    this.#lanes = [];
    this.#length = 0;
    return left.filter((task) => !task.isSettled);
  }

  #lane(priority: number): Lane {
    const index = this.#lanes.findIndex((lane) => lane.priority <= priority);
    const found = this.#lanes[index];
    if (found?.priority === priority) return found;
    const lane = new Lane(priority);
    this.#lanes.splice(index === -1 ? this.#lanes.length : index, 0, lane);
    return lane;
  }

  #nextLane(): Lane | undefined {
    for (let lane = this.#lanes[0]; lane !== undefined; lane = this.#lanes[0]) {
      while (lane.peek()?.isSettled === true) lane.shift();
      if (lane.length > 0) return lane;
      this.#lanes.shift();
    }
    return undefined;
  }
}

class Lane extends Deque<PoolTask> {
  readonly priority: number;

  constructor(priority: number) {
    super();
    this.priority = priority;
  }
}
