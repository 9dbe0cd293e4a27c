/** What a child reports to its parent, and what a parent tells its child after the start. */
import type { ThrownRecord } from './error-record.js';

export type ReportMessage =
  /** It has come so far as to import its target. */
  | { readonly kind: 'began' }
  | { readonly kind: 'returned'; readonly value: Uint8Array }
  | {
      readonly kind: 'threw';
      readonly thrown: ThrownRecord;
      /** It is what the parent has aborted it with. */
      readonly isAbortReason: boolean;
    }
  /** Nothing was left to do, and the target was still pending. */
  | { readonly kind: 'never-settled' };

export interface CancelMessage {
  readonly kind: 'cancel';
  readonly reason: ThrownRecord;
}
