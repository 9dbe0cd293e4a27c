/** What the lab's server and its page say to each other. Types and limits only: both sides import it. */
import type { Group, Text } from '../experiment.js';
import type { ExperimentResult } from '../run-experiment.js';

/** The page's key travels in this header, or as `?key=` where no header can be set (an EventSource). */
export const KEY_HEADER = 'x-lab-key';

/** What the page is told when it opens. */
export interface LabInfo {
  readonly node: string;
  readonly platform: string;
  readonly cpus: number;
  readonly experiments: readonly ExperimentInfo[];
  readonly strategies: readonly StrategyInfo[];
  /** Why processes can't be watched here; undefined when they can. */
  readonly blind?: Text | undefined;
  /** Why nothing can be run beside the model here; undefined when it can. */
  readonly unmeasurable?: Text | undefined;
}

export interface ExperimentInfo {
  readonly id: string;
  readonly group: Group;
  readonly claim: Text;
  readonly code: string;
  /** What its control puts in the cause's place. */
  readonly instead: Text;
}

export interface StrategyInfo {
  readonly name: string;
  readonly correct: boolean;
}

/** The kernel's letter, and of the time since the last look the share on a core and the share ready for one. */
export interface Look {
  readonly pid: number;
  readonly state: string;
  readonly running: number;
  readonly ready: number;
}

/** A process that was not there at the last look. */
export interface Newcomer {
  readonly pid: number;
  readonly ppid: number;
  /** The program's name, as the kernel has it. */
  readonly program: string;
}

/** One look at a tree of processes. Instants are milliseconds since the job began. */
export interface Sample {
  readonly kind: 'sample';
  readonly from: number;
  readonly to: number;
  readonly came: readonly Newcomer[];
  readonly looks: readonly Look[];
  readonly left: readonly number[];
}

/** What a person asks the machine to do. One at a time: neighbours disturb each other's figures. */
export type JobRequest =
  | { readonly kind: 'experiment'; readonly id: string }
  | ({ readonly kind: 'sale' } & SaleRequest)
  | ({ readonly kind: 'model' } & ModelRequest);

export interface SaleRequest {
  readonly strategies: readonly string[];
  readonly buyers: number;
  readonly tickets: number;
  /** Milliseconds, shortest and longest. */
  readonly think: readonly [number, number];
  readonly kill: number;
  readonly seed: number;
}

export interface ModelRequest {
  readonly processes: readonly RealProcess[];
}

/** Milliseconds of computing and of waiting, in turn, beginning with computing. */
export interface RealProcess {
  readonly name: string;
  readonly steps: readonly number[];
}

/** What the page hears of a job, in order. The last one is `end`. */
export type JobEvent =
  | Sample
  | { readonly kind: 'step'; readonly step: 'measure' | 'control'; readonly at: number }
  | { readonly kind: 'result'; readonly result: ExperimentResult }
  | SaleJobEvent
  | { readonly kind: 'measured'; readonly measured: readonly MeasuredProcess[] }
  | { readonly kind: 'error'; readonly code: string | undefined; readonly message: string }
  | { readonly kind: 'end'; readonly reason: 'done' | 'called-off' | 'replaced' | 'failed' };

/** Those that a job of each kind can have. */
export interface JobEvents {
  readonly experiment: Extract<JobEvent, { kind: 'sample' | 'step' | 'result' | 'error' | 'end' }>;
  readonly sale: Extract<JobEvent, { kind: SaleJobEvent['kind'] | 'error' | 'end' }>;
  readonly model: Extract<JobEvent, { kind: 'step' | 'measured' | 'error' | 'end' }>;
}

export type SalePhase = 'searching' | 'waiting' | 'critical';

/** Instants are milliseconds since that sale's doors were opened. */
export type SaleJobEvent =
  | { readonly kind: 'sale'; readonly strategy: string; readonly what: SaleStep }
  | {
      readonly kind: 'database';
      readonly strategy: string;
      readonly at: number;
      readonly left: number;
      readonly sales: number;
    }
  | { readonly kind: 'audit'; readonly strategy: string; readonly audit: SaleAudit };

export type SaleStep =
  | { readonly kind: 'started'; readonly buyer: string; readonly pid: number | undefined }
  | { readonly kind: 'opened' }
  | { readonly kind: 'phase'; readonly buyer: string; readonly phase: SalePhase; readonly at: number }
  | { readonly kind: 'receipt'; readonly buyer: string; readonly ticket: number | null; readonly at: number }
  | { readonly kind: 'ended'; readonly buyer: string; readonly outcome: string; readonly at: number };

export interface SaleAudit {
  readonly ticketsBefore: number;
  readonly sold: number;
  readonly left: number;
  readonly oversold: number;
  readonly lostUpdates: number;
  readonly killed: number;
  readonly time: number;
  readonly meanWait: number | null;
  readonly violations: readonly string[];
  readonly promised: boolean;
}

/** Stretches in milliseconds since the common begin. */
export interface MeasuredProcess {
  readonly name: string;
  readonly pid: number;
  readonly end: number;
  readonly running: readonly (readonly [number, number])[];
  readonly blocked: readonly (readonly [number, number])[];
  readonly voluntary: number;
  readonly involuntary: number;
}

/** One row of the page's process table. Sizes in bytes, times in milliseconds. */
export interface ProcessRow {
  readonly pid: number;
  readonly ppid: number;
  readonly depth: number;
  readonly label: ProcessLabel;
  readonly state: string;
  readonly running: number;
  readonly ready: number;
  readonly cpu: number;
  readonly voluntary: number;
  readonly involuntary: number;
  readonly memory?: ProcessMemory | undefined;
  /** Whether the page may signal it. */
  readonly ours: boolean;
}

export type ProcessLabel = 'lab' | ResidentKind | { readonly program: string };

export interface ProcessMemory {
  /** In nobody else's use. */
  readonly private: number;
  /** Mapped by others as well. */
  readonly shared: number;
  /** Its proportional share of all it maps. */
  readonly proportional: number;
}

/** A process that is there to be looked at. */
export type ResidentKind = 'computing' | 'waiting' | 'alternating';
export const RESIDENT_KINDS: readonly ResidentKind[] = ['computing', 'waiting', 'alternating'];

export const RESIDENT_SIGNALS = ['SIGSTOP', 'SIGCONT', 'SIGTERM', 'SIGKILL'] as const;
export type ResidentSignal = (typeof RESIDENT_SIGNALS)[number];

/** What one page may ask of one machine. */
export const LIMITS = {
  residents: 64,
  residentLifetimeMs: 120_000,
  buyers: 16,
  tickets: 50,
  thinkMs: 2000,
  realProcesses: 6,
  stepsEach: 12,
  stepMs: 1000,
  workMs: 6000,
} as const;

/** The answer to a request that was not granted. `code` is stable; the page has the words for it. */
export interface LabRefusal {
  readonly code: string;
  readonly message: string;
}
