/**
 * What an experiment is: a claim, a measurement on real processes, and a rule that turns figures into a verdict.
 *
 * Measuring and judging are apart, so that the rule can be tested with figures of both kinds. Each experiment
 * has a control: the same measurement with the cause removed. Its figures must get the opposite verdict, or the
 * measurement shows nothing.
 */
import type { Process, ProcessOptions } from 'core-process';
import type { Bar } from './bars.js';

/** The languages of claims, figures and of the command. */
export type Language = 'en' | 'zh';

/** One thing said in every language. */
export type Text = Readonly<Record<Language, string>>;

/** In the order in which they are told. */
export const groups = [
  'creating',
  'waiting',
  'isolation',
  'identity',
  'ending',
  'multiplexing',
  'memory',
  'locking',
  'messaging',
  'model',
] as const;

export type Group = (typeof groups)[number];

/** What the figures say of the claim. */
export interface Judgement {
  readonly holds: boolean;
  /** The figures in one sentence. */
  readonly measured: Text;
}

/** What a measurement is given. Whatever it starts or makes through it is gone afterwards, however it ended. */
export interface Measuring {
  /** Aborts when the measurement has taken too long or was called off. */
  readonly signal: AbortSignal;
  /** A new, empty folder. */
  readonly folder: string;
  /** Starts a process; its output is read, not shown. */
  readonly start: <R>(options: ProcessOptions<unknown[], R>) => Process<unknown[], R>;
  /** Takes charge of a process that was made elsewhere. */
  readonly own: <P extends Process<never[]>>(child: P) => P;
  /** Adds to what is done at the end, last first. */
  readonly defer: (undo: () => void | Promise<void>) => void;
}

/** The same measurement with the cause removed. */
export interface Control<Figures> {
  /** What was removed or put in its place, as a noun phrase. */
  readonly instead: Text;
  measure(measuring: Measuring): Promise<Figures>;
}

/** One claim, and how this machine shows it. `Figures` is plain data, as `--json` prints it. */
export interface Experiment<Figures = unknown> {
  /** `group/claim` */
  readonly id: `${Group}/${string}`;
  /** One sentence. */
  readonly claim: Text;
  /** A whole program that a reader can copy and run. */
  readonly code: string;
  /** Why this platform can't show it; undefined when it can. */
  unavailable?(): Text | undefined;
  /** @throws NotPossibleHereError when only trying could show that this platform can't */
  measure(measuring: Measuring): Promise<Figures>;
  /** Pure. */
  judge(figures: Figures): Judgement;
  /** For a picture, where there are figures to compare. Pure. */
  bars?(figures: Figures): readonly Bar[];
  readonly control: Control<Figures>;
}

/** The group that an experiment is in, by its id. */
export function groupOf({ id }: Experiment): Group {
  return id.slice(0, id.indexOf('/')) as Group;
}
