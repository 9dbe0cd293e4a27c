/** One line that is written over again while a sale goes on; only for a terminal. */
import type { SaleEvent } from './sale-event.js';

const CLEAR_LINE = '\r\u001B[2K';

export class Progress {
  readonly #output: { write(text: string): unknown };
  #strategy = '';
  #buyers = 0;
  #started = 0;
  #isOpen = false;
  #gone = 0;
  #sold = 0;
  #isShown = false;

  constructor(output: { write(text: string): unknown }) {
    this.#output = output;
  }

  readonly onEvent = (event: SaleEvent): void => {
    switch (event.kind) {
      case 'begun':
        this.#strategy = event.strategy;
        this.#buyers = event.buyers;
        this.#started = 0;
        this.#isOpen = false;
        this.#gone = 0;
        this.#sold = 0;
        break;
      case 'started':
        this.#started++;
        break;
      case 'opened':
        this.#isOpen = true;
        break;
      case 'receipt':
        if (event.ticket !== null) this.#sold++;
        break;
      case 'ended':
        this.#gone++;
        break;
      case 'phase':
        return;
      default:
        event satisfies never;
    }
    this.#show();
  };

  #show(): void {
    const news = this.#isOpen
      ? `${this.#gone} of ${this.#buyers} buyers gone, ${this.#sold} tickets sold`
      : `${this.#started} of ${this.#buyers} buyers on their way`;
    this.#output.write(`${CLEAR_LINE}${this.#strategy}: ${news}`);
    this.#isShown = true;
  }

  /** Takes the line away. */
  clear(): void {
    if (this.#isShown) this.#output.write(CLEAR_LINE);
    this.#isShown = false;
  }
}
