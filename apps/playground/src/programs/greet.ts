/** The article's first examples: a function to run, and a class with a run of its own. */
import { Process, type ProcessOptions } from 'core-process';

export interface Greeting {
  readonly text: string;
  readonly pid: number;
}

export function greet(guest: string): Greeting {
  return { text: `${guest} is running`, pid: process.pid };
}

/** A process that brings what it runs. */
export class Greeter extends Process<[], Greeting> {
  guest: string;

  constructor(guest: string, options?: ProcessOptions<[], Greeting>) {
    super(options);
    this.guest = guest;
  }

  override run(): Greeting {
    return greet(this.guest);
  }
}

/** The same without a run of its own. */
export class Untaught extends Process<[], Greeting> {
  guest: string;

  constructor(guest: string, options?: ProcessOptions<[], Greeting>) {
    super(options);
    this.guest = guest;
  }
}
