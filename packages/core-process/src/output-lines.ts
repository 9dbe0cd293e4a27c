/**
 * What a child wrote, line by line.
 *
 * It is read as it comes, whether anyone looks or not: a child never waits because its parent does not read.
 * What has not been looked at is kept in memory; each line is given to one reader.
 */
import { StringDecoder } from 'node:string_decoder';

/** So many taken lines at the head of the list are cut off together. */
const CUT_AFTER = 1024;

/** Output of a child started with `stdio: 'pipe'`: `for await (const line of process.stdout)`, or `await process.stdout.text()`. */
export class OutputLines implements AsyncIterable<string> {
  readonly #decoder = new StringDecoder('utf8');
  readonly #lines: string[] = [];
  /** Place in the list of the first line that nobody has taken. */
  #next = 0;
  /** Pieces of the line that has not ended yet. */
  #partial: string[] = [];
  #ended = false;
  readonly #waiting = new Set<() => void>();

  /** @internal */
  push(chunk: Buffer): void {
    const pieces = this.#decoder.write(chunk).split('\n');
    const rest = pieces.pop() ?? '';
    for (const piece of pieces) {
      this.#partial.push(piece);
      this.#endLine();
    }
    if (rest !== '') this.#partial.push(rest);
    if (pieces.length > 0) this.#wakeAll();
  }

  /** @internal */
  end(): void {
    if (this.#ended) return;
    this.#partial.push(this.#decoder.end());
    if (this.#partial.join('') !== '') this.#endLine();
    this.#ended = true;
    this.#wakeAll();
  }

  /** Lines without their ends, from the first that nobody has taken; ends with the child's output. */
  async *[Symbol.asyncIterator](): AsyncGenerator<string, void, undefined> {
    for (;;) {
      while (this.#next < this.#lines.length) yield this.#take();
      if (this.#ended) return;
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  /** The remaining lines as one text; resolves when the output has ended. */
  async text(): Promise<string> {
    const lines: string[] = [];
    for await (const line of this) lines.push(line);
    return lines.join('\n');
  }

  #endLine(): void {
    const line = this.#partial.join('');
    this.#partial = [];
    this.#lines.push(line.endsWith('\r') ? line.slice(0, -1) : line);
  }

  #take(): string {
    const line = this.#lines[this.#next++] as string;
    if (this.#next >= CUT_AFTER && this.#next * 2 >= this.#lines.length) {
      this.#lines.splice(0, this.#next);
      this.#next = 0;
    }
    return line;
  }

  #wakeAll(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }
}
