/**
 * A process' script as a person writes it: `cpu 5, io 3, cpu 2`. Pure.
 *
 * Problems are data, so that the page can tell them in its language.
 */
import { cpu, io, type Operation } from 'scheduler-model';

export const MOST_TICKS = 100_000;

export type ScriptProblem =
  | { readonly kind: 'empty' }
  | { readonly kind: 'unknown'; readonly text: string }
  | { readonly kind: 'number'; readonly text: string };

export type ParsedScript =
  | { readonly operations: readonly Operation[]; readonly problem?: undefined }
  | { readonly problem: ScriptProblem };

/** A number alone is computing. */
export function parseScript(text: string): ParsedScript {
  const operations: Operation[] = [];
  for (const part of text.split(/[,，;；\n]/)) {
    const words = part.trim().toLowerCase();
    if (words === '') continue;
    const [, verb = 'cpu', ticks, device] = /^(cpu|io)?\s*(\d+)(?:\s+([\w-]+))?$/.exec(words) ?? [];
    if (ticks === undefined || (verb === 'cpu' && device !== undefined)) {
      return { problem: { kind: 'unknown', text: part.trim() } };
    }
    if (Number(ticks) < 1 || Number(ticks) > MOST_TICKS) {
      return { problem: { kind: 'number', text: part.trim() } };
    }
    operations.push(verb === 'cpu' ? cpu(Number(ticks)) : io(Number(ticks), device));
  }
  return operations.length === 0 ? { problem: { kind: 'empty' } } : { operations };
}
