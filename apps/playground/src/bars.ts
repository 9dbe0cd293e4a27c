/** Figures that people would rather see than read: a bar for each, all of one chart by the same scale. */
import type { Text } from './experiment.js';
import { duration } from './format.js';

export interface Bar {
  readonly label: Text;
  /** Its length, from 0. */
  readonly value: number;
  /** The value with its unit, as it is written beside the bar. */
  readonly shown: string;
}

export function timeBar(en: string, zh: string, milliseconds: number): Bar {
  return { label: { en, zh }, value: milliseconds, shown: duration(milliseconds) };
}

export function countBar(en: string, zh: string, count: number): Bar {
  return { label: { en, zh }, value: count, shown: String(count) };
}

export function memoryBar(en: string, zh: string, bytes: number): Bar {
  return { label: { en, zh }, value: bytes, shown: `${(bytes / 2 ** 20).toFixed(1)} MB` };
}
