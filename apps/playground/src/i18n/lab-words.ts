/** The lab page's own words, in one language. Claims and figures bring theirs. */
import type { Group, Language } from '../experiment.js';
import type { ResidentKind, SaleAudit } from '../lab/protocol.js';
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
    readonly controlBegins: string;
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
  readonly race: RaceWords;
  readonly processes: ProcessesWords;
  readonly model: ModelWords;
}

interface RaceWords {
  readonly title: string;
  readonly lead: string;
  readonly load: string;
  readonly strategies: string;
  readonly strategyNames: Readonly<Record<string, string | undefined>>;
  readonly strategyLines: Readonly<Record<string, string | undefined>>;
  readonly buyers: string;
  readonly tickets: string;
  readonly kill: string;
  readonly pace: string;
  readonly paces: Readonly<Record<'quick' | 'slow' | 'article', string>>;
  readonly open: string;
  readonly whatItDoes: string;
  readonly chooseOne: string;
  readonly impossible: (buyers: number, tickets: number) => string;
  readonly starting: string;
  readonly selling: string;
  readonly done: string;
  readonly sold: (sold: number, all: number) => string;
  readonly database: (left: number, listed: number) => string;
  readonly chartLabel: (strategy: string, buyers: number) => string;
  readonly noAudit: string;
  readonly broken: (audit: SaleAudit) => string;
  readonly whole: (audit: SaleAudit) => string;
}

interface ProcessesWords {
  readonly title: string;
  readonly lead: string;
  readonly lately: string;
  readonly now: string;
  readonly start: string;
  readonly howMany: string;
  readonly thatDo: string;
  readonly kinds: Readonly<Record<ResidentKind, string>>;
  readonly endAll: string;
  readonly count: (there: number, most: number) => string;
  readonly tooMany: (most: number) => string;
  readonly lab: string;
  readonly process: string;
  readonly state: string;
  /** By the kernel's letter. */
  readonly states: Readonly<Record<string, string | undefined>>;
  readonly switches: string;
  readonly memory: string;
  readonly memoryHint: string;
  readonly megabytes: (own: string, shared: string) => string;
  readonly signals: string;
  readonly pause: string;
  readonly goOn: string;
  readonly end: string;
  readonly kill: string;
}

interface ModelWords {
  readonly title: string;
  readonly lead: string;
  readonly workload: string;
  readonly examples: Readonly<Record<'loops' | 'waits' | 'three', string>>;
  readonly wrong: (
    name: string,
    kind: 'script' | 'order' | 'long' | 'much' | 'nothing',
    step: number,
    work: number,
  ) => string;
  readonly run: string;
  readonly status: Readonly<
    Record<'idle' | 'starting' | 'running' | 'done' | 'called-off' | 'replaced' | 'failed', string>
  >;
  readonly predicted: string;
  readonly predictedHint: string;
  readonly measured: string;
  readonly measuredHint: string;
  readonly notRun: string;
  readonly errors: string;
  readonly taken: (ms: number) => string;
  readonly endPredicted: string;
  readonly endMeasured: string;
  readonly endUndisturbed: string;
  readonly switches: string;
  readonly error: string;
}

type ScriptProblem =
  | { readonly kind: 'empty' | 'nameless' | 'twice' | 'locks' }
  | { readonly kind: 'unknown' | 'number'; readonly text: string }
  | { readonly kind: 'range'; readonly least: number; readonly most: number };

interface SchedulerWords {
  readonly title: string;
  readonly lead: string;
  readonly workload: string;
  readonly example: string;
  readonly chooseExample: string;
  readonly examples: Readonly<Record<'convoy' | 'mixed' | 'shares' | 'lock' | 'cores' | 'crowd', string>>;
  readonly name: string;
  readonly arrival: string;
  readonly script: string;
  readonly weights: Readonly<Record<'priority' | 'nice' | 'tickets' | 'deadline' | 'period', string>>;
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
  readonly tooMany: (most: number) => string;
  /** Who waits for which lock, in a circle. */
  readonly deadlock: (waits: readonly (readonly [name: string, lock: string])[]) => string;
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
