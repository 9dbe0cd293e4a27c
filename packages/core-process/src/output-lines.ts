/**
 * What a child wrote, line by line.
 *
 * It is read as it comes, whether anyone looks or not: a child never waits because its parent does not read.
 * What has not been looked at is kept in memory.
 */
import { StringDecoder } from 'node:string_decoder';

/** Output of a child started with `stdio: 'pipe'`: `for await (const line of process.stdout)`, or `await process.stdout.text()`. */
export class OutputLines implements AsyncIterable<string> {
  readonly #decoder = new StringDecoder('utf8');
  #lines: string[] = [];
  #partial = '';
  #ended = false;
  #wake: (() => void) | undefined;

  /** @internal */
  push(chunk: Buffer): void {
    const pieces = (this.#partial + this.#decoder.write(chunk)).split('\n');
    this.#partial = pieces.pop() ?? '';
    this.#lines.push(...pieces.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line)));
    this.#wake?.();
  }

  /** @internal */
  end(): void {
    if (this.#ended) return;
    const rest = this.#partial + this.#decoder.end();
    if (rest !== '') this.#lines.push(rest);
    this.#partial = '';
    this.#ended = true;
    this.#wake?.();
  }

  /** Lines without their ends, from the first that nobody has taken; ends with the child's output. */
  async *[Symbol.asyncIterator](): AsyncGenerator<string, void, undefined> {
    for (;;) {
      const lines = this.#lines;
      this.#lines = [];
      for (let index = 0; index < lines.length; index++) {
        let taken = false;
        try {
          yield lines[index] as string;
          taken = true;
        } finally {
          // A loop that was left early leaves the rest to the next one.
          if (!taken) this.#lines.unshift(...lines.slice(index + 1));
        }
      }
      if (this.#lines.length > 0) continue;
      if (this.#ended) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** The remaining lines as one text; resolves when the output has ended. */
  async text(): Promise<string> {
    const lines: string[] = [];
    for await (const line of this) lines.push(line);
    return lines.join('\n');
  }
}
