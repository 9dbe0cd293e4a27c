/** How far a sale is: a line that is written over again in a terminal; elsewhere a line for each tenth of many buyers. */
import type { SaleEvent } from './sale-event.js';

const CLEAR_LINE = '\r\u001B[2K';
/** With fewer, a sale is over before anyone asks how far it is. */
const MANY_BUYERS = 100;

export class Progress {
  readonly #output: { write(text: string): unknown };
  readonly #isTerminal: boolean;
  #strategy = '';
  #buyers = 0;
  #started = 0;
  #isOpen = false;
  #gone = 0;
  #sold = 0;
  #isShown = false;

  constructor(output: { write(text: string): unknown }, isTerminal: boolean) {
    this.#output = output;
    this.#isTerminal = isTerminal;
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
        this.#tellTenth();
        break;
      case 'phase':
        return;
      default:
        event satisfies never;
    }
    if (this.#isTerminal) this.#show();
  };

  #show(): void {
    const news = this.#isOpen ? this.#gonePart() : `${this.#started} of ${this.#buyers} buyers on their way`;
    this.#output.write(`${CLEAR_LINE}${this.#strategy}: ${news}`);
    this.#isShown = true;
  }

  #tellTenth(): void {
    if (this.#isTerminal || this.#buyers < MANY_BUYERS) return;
    const tenths = (gone: number) => Math.floor((10 * gone) / this.#buyers);
    if (tenths(this.#gone) === tenths(this.#gone - 1)) return;
    this.#output.write(`${this.#strategy}: ${this.#gonePart()}\n`);
  }

  #gonePart(): string {
    return `${this.#gone} of ${this.#buyers} buyers gone, ${this.#sold} tickets sold`;
  }

  /** Takes the line away. */
  clear(): void {
    if (this.#isShown) this.#output.write(CLEAR_LINE);
    this.#isShown = false;
  }
}
