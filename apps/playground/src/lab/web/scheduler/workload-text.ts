/**
 * A process' script as a person writes it: `cpu 5, io 3 disk, lock m, cpu 2, unlock m, yield`. Pure.
 *
 * Problems are data, so that the page can tell them in its language.
 */
import { cpu, io, lock, type Operation, unlock, yieldCore } from 'scheduler-model';

export const MOST_TICKS = 100_000;

export type ScriptProblem =
  | { readonly kind: 'empty' }
  | { readonly kind: 'unknown'; readonly text: string }
  | { readonly kind: 'number'; readonly text: string };

export type ParsedScript =
  | { readonly operations: readonly Operation[]; readonly problem?: undefined }
  | { readonly problem: ScriptProblem };

type Parsed = Operation | ScriptProblem['kind'];

const TIMED = /^(?<verb>cpu|io)?\s*(?<ticks>\d+)(?:\s+(?<device>[\w-]+))?$/i;
const NAMED = /^(?<verb>lock|unlock)\s+(?<name>[\w-]+)$/i;

function parseOperation(text: string): Parsed {
  if (/^yield$/i.test(text)) return yieldCore();
  const named = NAMED.exec(text)?.groups;
  if (named !== undefined) {
    const { verb = '', name = '' } = named;
    return verb.toLowerCase() === 'lock' ? lock(name) : unlock(name);
  }
  const timed = TIMED.exec(text)?.groups;
  if (timed === undefined) return 'unknown';
  // A number alone is computing.
  const isIo = timed['verb']?.toLowerCase() === 'io';
  const ticks = Number(timed['ticks']);
  const device = timed['device'];
  if (!isIo && device !== undefined) return 'unknown';
  if (ticks < 1 || ticks > MOST_TICKS) return 'number';
  return isIo ? io(ticks, device) : cpu(ticks);
}

export function parseScript(text: string): ParsedScript {
  const operations: Operation[] = [];
  for (const piece of text.split(/[,，;；\n]/)) {
    const part = piece.trim();
    if (part === '') continue;
    const parsed = parseOperation(part);
    if (typeof parsed === 'string') return { problem: { kind: parsed, text: part } as ScriptProblem };
    operations.push(parsed);
  }
  return operations.length === 0 ? { problem: { kind: 'empty' } } : { operations };
}
