// The few things that all SVG pictures need: text that is safe, colours, and an axis with round numbers.

import type { Mark } from './spans.js';

/** Told apart by hue and by lightness, so also without colour vision and in grey (after Okabe and Ito). */
export const COLOURS: Readonly<Record<Mark, string>> = {
  running: '#0072b2',
  switching: '#d55e00',
  blocked: '#e3b505',
  zombie: '#6b6b6b',
  ready: '#cfd8dc',
};

export const INK = '#1f2933';
export const FAINT = '#7b8794';
export const LINE = '#e4e7eb';
export const FONT = "font-family='system-ui, Segoe UI, Helvetica, Arial, sans-serif'";

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as it may stand in SVG: control characters are not allowed there at all. */
export function escaped(text: string): string {
  let safe = '';
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    const isControl = (code < 0x20 && code !== 9 && code !== 10) || (code >= 0xd800 && code <= 0xdfff);
    safe += isControl || (code >= 0xfffe && code <= 0xffff) ? '\u{fffd}' : (ENTITIES[character] ?? character);
  }
  return safe;
}

/** At most `length` characters, the last of which tells that some are missing. */
export const shortened = (text: string, length: number): string =>
  text.length <= length ? text : `${text.slice(0, length - 1)}…`;

/** A coordinate, without digits nobody sees. */
export const px = (value: number): string => String(Math.round(value * 100) / 100);

/** Round numbers from 0 to `end`, about `count` of them: steps of 1, 2 or 5 times a power of ten. */
export function roundSteps(end: number, count: number): number[] {
  if (end <= 0) return [0];
  const rough = end / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power);
  return Array.from({ length: Math.floor(end / step) + 1 }, (_, index) => index * step);
}

/** A number as people read it. */
export const shown = (value: number): string =>
  Number.isInteger(value) || Math.abs(value) >= 100
    ? Math.round(value)
        .toString()
        .replaceAll(/\B(?=(\d{3})+$)/g, '\u2009')
    : String(Number(value.toPrecision(3)));

/** A picture from its parts. */
export function svg(width: number, height: number, title: string, parts: readonly string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${px(width)} ${px(height)}" width="${px(width)}" height="${px(height)}" role="img" ${FONT}>
<title>${escaped(title)}</title>
<rect width="100%" height="100%" fill="#fff"/>
${parts.join('\n')}
</svg>
`;
}
