/** The lab page's own words, in one language. Claims and figures bring theirs. */
import type { Group, Language } from '../experiment.js';
import type { Verdict } from '../run-experiment.js';
import { labEn } from './lab-en.js';
import { labZh } from './lab-zh.js';

type Part = 'experiments' | 'scheduler' | 'race' | 'processes' | 'model';

export interface LabWords {
  readonly title: string;
  readonly skip: string;
  readonly parts: string;
  readonly partNames: Readonly<Record<Part, string>>;
  readonly machine: (node: string, platform: string, cores: number) => string;
  readonly themes: Readonly<Record<'system' | 'light' | 'dark', string>>;
  readonly themeIs: (theme: 'system' | 'light' | 'dark') => string;
  readonly gone: string;
  readonly stale: string;
  readonly opening: string;
  readonly needsServer: string;
  readonly groups: Readonly<Record<Group, string>>;
  readonly verdicts: Readonly<Record<Verdict, string>>;
  readonly verdict: string;
  readonly run: string;
  readonly runAgain: string;
  readonly stop: string;
  readonly copy: string;
  readonly copied: string;
  readonly calledOff: string;
  readonly replaced: string;
  readonly failed: string;
  /** By stable code. */
  readonly errors: Readonly<Record<string, string | undefined>>;
  readonly paints: Readonly<Record<string, string>>;
  /** Of a process by its depth in the tree. */
  readonly roles: readonly string[];
  readonly experiments: {
    readonly title: string;
    readonly choose: string;
    readonly count: (all: number) => string;
    readonly progress: (held: number, done: number, all: number) => string;
    readonly runAll: string;
    readonly whatRunDoes: string;
    readonly starting: string;
    readonly measuring: string;
    readonly measuringControl: string;
    readonly took: (seconds: number) => string;
    readonly processes: string;
    readonly nothingYet: string;
    readonly timelineLabel: (processes: number) => string;
    readonly withCause: string;
    readonly withoutCause: (instead: string) => string;
    readonly notMeasured: string;
    readonly pending: string;
    readonly asItMust: string;
    readonly code: string;
  };
  readonly scheduler: SchedulerWords;
}

type ScriptProblem =
  | { readonly kind: 'empty' | 'nameless' | 'twice' }
  | { readonly kind: 'unknown' | 'number'; readonly text: string }
  | { readonly kind: 'range'; readonly least: number; readonly most: number };

interface SchedulerWords {
  readonly title: string;
  readonly lead: string;
  readonly workload: string;
  readonly example: string;
  readonly chooseExample: string;
  readonly examples: Readonly<Record<'convoy' | 'mixed' | 'cores' | 'crowd', string>>;
  readonly name: string;
  readonly arrival: string;
  readonly script: string;
  readonly weights: Readonly<Record<'priority' | 'nice' | 'tickets', string>>;
  readonly remove: string;
  readonly removeNamed: (name: string) => string;
  readonly add: string;
  readonly scriptHint: string;
  readonly cores: string;
  readonly quantum: string;
  readonly contextSwitch: string;
  readonly policies: string;
  readonly policy: string;
  readonly policyNames: Readonly<Record<string, string>>;
  readonly policyLines: Readonly<Record<string, string>>;
  readonly share: string;
  readonly shareHint: string;
  readonly nothing: string;
  readonly outOfRange: (what: string, least: number, most: number) => string;
  readonly rowNumber: (row: number) => string;
  readonly rowProblem: (name: string, problem: ScriptProblem) => string;
  readonly saveSvg: string;
  readonly saveTrace: string;
  readonly trace: string;
  readonly stalled: string;
  readonly ticks: string;
  readonly chartLabel: (policy: string, processes: number, makespan: number) => string;
  readonly figures: string;
  readonly figuresHint: string;
  readonly figureNames: Readonly<Record<string, string>>;
  readonly stepping: string;
  readonly back: string;
  readonly next: string;
  readonly step: string;
  readonly stepOf: (step: number, all: number) => string;
  readonly beforeAll: string;
  readonly happened: (time: number, name: string, reason: string, core: number | undefined) => string;
  readonly diagram: string;
  readonly states: Readonly<Record<'new' | 'ready' | 'running' | 'blocked' | 'terminated', string>>;
}

export function labWordsOf(language: Language): LabWords {
  return language === 'zh' ? labZh : labEn;
}
