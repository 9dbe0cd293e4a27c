/** What is going on, on standard error: a line that changes in a terminal, else a line for each result. */
import type { Experiment, Language } from './experiment.js';
import { duration } from './format.js';
import { wordsOf } from './i18n/words.js';
import type { ExperimentResult } from './run-experiment.js';

interface ErrorStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export class Progress {
  readonly #stream: ErrorStream;
  readonly #language: Language;
  readonly #count: number;

  constructor(stream: ErrorStream, language: Language, count: number) {
    this.#stream = stream;
    this.#language = language;
    this.#count = count;
  }

  readonly onStart = (experiment: Experiment, index: number): void => {
    if (!this.#stream.isTTY) return;
    const text = `${this.#place(index)} ${wordsOf(this.#language).measuring} ${experiment.id}`;
    this.#stream.write(`\r\u001B[K${text.slice(0, (this.#stream.columns ?? 80) - 1)}`);
  };

  readonly onResult = (result: ExperimentResult, index: number): void => {
    if (this.#stream.isTTY) return;
    const verdict = wordsOf(this.#language).verdicts[result.verdict];
    this.#stream.write(`${this.#place(index)} ${result.id}: ${verdict}, ${duration(result.duration)}\n`);
  };

  /** Takes the changing line away. */
  clear(): void {
    if (this.#stream.isTTY) this.#stream.write('\r\u001B[K');
  }

  #place(index: number): string {
    const all = String(this.#count);
    return `[${String(index + 1).padStart(all.length)}/${all}]`;
  }
}
