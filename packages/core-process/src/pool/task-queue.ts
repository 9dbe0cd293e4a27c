/** Tasks that wait for a worker: by priority, and in order within one. */
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
    this.#lane(task.priority).tasks.push(task);
    this.#length++;
  }

  /** For a task that was at a worker, and comes back. */
  putBack(task: PoolTask): void {
    const lane = this.#lane(task.priority);
    if (lane.first > 0) lane.tasks[--lane.first] = task;
    else lane.tasks.unshift(task);
    this.#length++;
  }

  /** The next one, left in the queue. */
  peek(): PoolTask | undefined {
    return this.#nextLane()?.head;
  }

  shift(): PoolTask | undefined {
    const lane = this.#nextLane();
    if (lane === undefined) return undefined;
    this.#length--;
    return lane.take();
  }

  /** To be called when a queued task was settled by a cancellation: it is passed over when its turn comes. */
  discount(): void {
    this.#length--;
  }

  clear(): PoolTask[] {
    const left = this.#lanes.flatMap((lane) => lane.tasks.slice(lane.first));
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
      while (lane.head?.isSettled === true) lane.take();
      if (lane.head !== undefined) return lane;
      this.#lanes.shift();
    }
    return undefined;
  }
}

class Lane {
  tasks: PoolTask[] = [];
  /** Place of the first: shift() of a long array is slow. */
  first = 0;
  readonly priority: number;

  constructor(priority: number) {
    this.priority = priority;
  }

  get head(): PoolTask | undefined {
    return this.tasks[this.first];
  }

  take(): PoolTask | undefined {
    const task = this.tasks[this.first];
    // Not kept alive until the array is cut.
    this.tasks[this.first++] = undefined as never;
    if (this.first > 1024 && this.first * 2 > this.tasks.length) {
      this.tasks = this.tasks.slice(this.first);
      this.first = 0;
    }
    return task;
  }
}
