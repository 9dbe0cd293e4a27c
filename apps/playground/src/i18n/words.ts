/** The command's own words, in one language. Claims and figures bring theirs. */
import type { Group, Language } from '../experiment.js';
import type { LabListenError } from '../lab/lab-errors.js';
import type { Verdict } from '../run-experiment.js';
import { en } from './en.js';
import { zh } from './zh.js';

export interface Words {
  readonly help: string;
  readonly groups: Readonly<Record<Group, string>>;
  readonly verdicts: Readonly<Record<Verdict, string>>;
  readonly columns: {
    readonly id: string;
    readonly claim: string;
    readonly measured: string;
    readonly verdict: string;
  };
  readonly code: string;
  readonly measured: string;
  readonly verdict: string;
  readonly control: string;
  readonly measuring: string;
  /** After the verdict of a control: that it is as it must be. */
  readonly asItMust: string;
  readonly failedWith: (message: string) => string;
  readonly summary: (counts: {
    readonly all: number;
    readonly held: number;
    readonly failed: number;
    readonly skipped: number;
    readonly seconds: string;
  }) => string;
  readonly listed: (count: number) => string;
  readonly calledOff: string;
  readonly unknownCommand: (given: string) => string;
  readonly unknownId: (given: string, nearest: string | undefined) => string;
  readonly missingId: string;
  readonly unknownLanguage: (given: string) => string;
  readonly noArgument: (command: string, given: string) => string;
  readonly notForCommand: (command: string, flag: string) => string;
  readonly unknownFlag: (given: string) => string;
  readonly missingValue: (flag: string) => string;
  readonly needlessValue: (flag: string) => string;
  readonly seeHelp: string;
  readonly badPort: (given: string) => string;
  readonly report: { readonly title: string; readonly contents: string; readonly legend: string };
  readonly reportWritten: (file: string) => string;
  readonly reportRefused: (file: string, message: string) => string;
  readonly labOffer: string;
  readonly labOpen: (address: string) => string;
  readonly labClosed: string;
  readonly usualPortTaken: (port: number) => string;
  readonly labListenErrors: Readonly<
    Record<LabListenError['code'], (port: number, message: string) => string>
  >;
}

export function wordsOf(language: Language): Words {
  return language === 'zh' ? zh : en;
}
