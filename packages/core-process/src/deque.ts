/** A list that is put into at its end and taken from at its beginning: shift() of a long array moves all of it. */
export class Deque<T> {
  #items: (T | undefined)[] = [];
  /** Place of the first. */
  #first = 0;

  get length(): number {
    return this.#items.length - this.#first;
  }

  push(item: T): void {
    this.#items.push(item);
  }

  unshift(item: T): void {
    if (this.#first > 0) this.#items[--this.#first] = item;
    else this.#items.unshift(item);
  }

  /** The first one, left where it is. */
  peek(): T | undefined {
    return this.#items[this.#first];
  }

  shift(): T | undefined {
    const item = this.#items[this.#first];
    if (this.length === 0) return undefined;
    // Not kept alive until the array is cut.
    this.#items[this.#first++] = undefined;
    if (this.#first === this.#items.length || (this.#first > 1024 && this.#first * 2 > this.#items.length)) {
      this.#items = this.#items.slice(this.#first);
      this.#first = 0;
    }
    return item;
  }

  /** Takes the first one that is meant, nearly always the very first. */
  take(isMeant: (item: T) => boolean): T | undefined {
    for (let index = this.#first; index < this.#items.length; index++) {
      const item = this.#items[index] as T;
      if (!isMeant(item)) continue;
      if (index === this.#first) return this.shift();
      this.#items.splice(index, 1);
      return item;
    }
    return undefined;
  }

  /** Takes all. */
  drain(): T[] {
    const all = this.#items.slice(this.#first) as T[];
    this.#items = [];
    this.#first = 0;
    return all;
  }
}
