/** What a timeline shows: rows of stretches of time. Grows while it is shown. */
import { signal } from '@preact/signals';

/** The names of the colours in tokens.css. */
export type Paint =
  | 'running'
  | 'ready'
  | 'blocked'
  | 'stopped'
  | 'zombie'
  | 'overhead'
  | 'searching'
  | 'waiting'
  | 'critical'
  | 'clash';

export interface Stretch {
  readonly from: number;
  /** The last one of a row may still grow. */
  to: number;
  readonly paint: Paint;
  /** With a paint of `blocked`: shares of the time that it was on a core, and ready for one. */
  readonly running?: number;
  readonly ready?: number;
  /** A word inside, where there is room. */
  readonly text?: string;
}

/** A moment, as a tick across the row. */
export interface Mark {
  readonly at: number;
  readonly text: string;
  readonly paint: Paint;
}

export class Row {
  readonly key: string;
  /** Asked for at each rendering, for it may depend on the language. */
  readonly label: () => string;
  note: string;
  readonly stretches: Stretch[] = [];
  readonly marks: Mark[] = [];
  isOver = false;

  constructor(key: string, label: () => string, note = '') {
    this.key = key;
    this.label = label;
    this.note = note;
  }

  /** Lengthens the last stretch if it goes on the same way. */
  add(stretch: Stretch): void {
    const last = this.stretches.at(-1);
    if (
      last !== undefined &&
      last.to === stretch.from &&
      last.paint === stretch.paint &&
      last.running === stretch.running &&
      last.ready === stretch.ready &&
      last.text === stretch.text
    ) {
      last.to = stretch.to;
    } else {
      this.stretches.push(stretch);
    }
  }
}

export class Chart {
  readonly rows: Row[] = [];
  /** Instants at which something new begins for all rows. */
  readonly turns: number[] = [];
  from = 0;
  to = 0;
  /** Counts changes: each is drawn. */
  readonly version = signal(0);
  /** Counts changes of the rows themselves: each is rendered. */
  readonly shape = signal(0);

  row(key: string): Row | undefined {
    return this.rows.find((row) => row.key === key);
  }

  /** Says that it has changed; with `rows`, which rows there are, too. */
  touch(what?: 'rows'): void {
    // Whoever says so is not one who listens.
    this.version.value = this.version.peek() + 1;
    if (what === 'rows') this.shape.value = this.shape.peek() + 1;
  }
}

/** Steps of 1, 2 or 5 with any number of zeros, so that about `count` fit. */
export function tickStep(length: number, count: number): number {
  const rough = length / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 5, 10].find((each) => each * power >= rough) ?? 10;
  return factor * power;
}
