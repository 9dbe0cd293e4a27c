// The states of a process, and how often a run went from one to another.

import { isStateless } from '../process-state.js';
import type { Run } from '../simulation.js';
import { COLOURS, escaped, FAINT, INK, shown, svg } from './svg.js';

/** Whose changes of state to count. */
export interface StateDiagramOptions {
  /** The name of one process; all of them, if left out. */
  readonly process?: string | undefined;
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly fill: string;
  readonly ink: string;
}

const BOX = { width: 116, height: 48 };
const WIDTH = 860;
const HEIGHT = 300;

const BOXES = {
  new: { x: 90, y: 110, fill: '#ffffff', ink: INK },
  ready: { x: 300, y: 110, fill: COLOURS.ready, ink: INK },
  running: { x: 560, y: 110, fill: COLOURS.running, ink: '#ffffff' },
  terminated: { x: 775, y: 110, fill: '#ffffff', ink: INK },
  blocked: { x: 430, y: 256, fill: COLOURS.blocked, ink: INK },
  zombie: { x: 775, y: 256, fill: COLOURS.zombie, ink: '#ffffff' },
} as const satisfies Record<string, Box>;

type State = keyof typeof BOXES;

/** Each arrow: from, to, its path, where its label stands, and what it stands for. */
const ARROWS: readonly {
  readonly from: State;
  readonly to: State;
  readonly path: string;
  readonly at: readonly [number, number];
  readonly anchor: 'start' | 'middle' | 'end';
  readonly word: string;
}[] = [
  { from: 'new', to: 'ready', path: 'M148 110 H238', at: [193, 101], anchor: 'middle', word: 'admitted' },
  {
    from: 'new',
    to: 'blocked',
    path: 'M90 134 C90 230 220 256 368 256',
    at: [150, 240],
    anchor: 'middle',
    word: 'no memory',
  },
  {
    from: 'ready',
    to: 'running',
    path: 'M330 86 C370 40 490 40 528 82',
    at: [430, 40],
    anchor: 'middle',
    word: 'dispatched',
  },
  {
    from: 'running',
    to: 'ready',
    path: 'M528 134 C490 176 370 176 332 138',
    at: [430, 186],
    anchor: 'middle',
    word: 'slice over, preempted',
  },
  {
    from: 'running',
    to: 'blocked',
    path: 'M572 134 C572 200 540 246 492 254',
    at: [560, 226],
    anchor: 'start',
    word: 'waits',
  },
  {
    from: 'blocked',
    to: 'ready',
    path: 'M372 250 C320 244 290 200 288 138',
    at: [298, 226],
    anchor: 'end',
    word: 'has what it waited for',
  },
  {
    from: 'running',
    to: 'terminated',
    path: 'M618 110 H713',
    at: [666, 101],
    anchor: 'middle',
    word: 'exits',
  },
  {
    from: 'running',
    to: 'zombie',
    path: 'M600 134 C620 210 660 250 713 256',
    at: [672, 222],
    anchor: 'start',
    word: 'exits',
  },
  {
    from: 'zombie',
    to: 'terminated',
    path: 'M775 232 V138',
    at: [785, 188],
    anchor: 'start',
    word: 'waited for',
  },
];

/** What is drawn even when a run does without it: the three states and what is between them. */
const ALWAYS: readonly State[] = ['new', 'ready', 'running', 'blocked', 'terminated'];

/**
 * Draws the states of a process as SVG, each arrow with how often the run took it, the thicker the oftener.
 *
 * @param run - what `simulate` returned, with a full trace
 */
export function renderStateDiagramSvg(run: Run, options: StateDiagramOptions = {}): string {
  const counts = new Map<string, number>();
  for (const { pid, from, to, reason } of run.trace) {
    if (isStateless(reason) || from === to) continue;
    if (options.process !== undefined && run.processes[pid - 1]?.name !== options.process) continue;
    counts.set(`${from} ${to}`, (counts.get(`${from} ${to}`) ?? 0) + 1);
  }
  const countOf = (from: State, to: State): number => counts.get(`${from} ${to}`) ?? 0;
  const isUsed = (state: State): boolean =>
    ALWAYS.includes(state) ||
    ARROWS.some(({ from, to }) => [from, to].includes(state) && countOf(from, to) > 0);
  const most = Math.max(1, ...counts.values());
  const who = options.process === undefined ? 'all processes' : options.process;
  const title = `States of ${who}, ${run.policy}`;
  const arrows = ARROWS.filter(
    ({ from, to }) =>
      isUsed(from) && isUsed(to) && (countOf(from, to) > 0 || !(from === 'new' && to === 'blocked')),
  ).map(({ from, to, path, at, anchor, word }) => {
    const count = countOf(from, to);
    const stroke = count === 0 ? '#cbd2d9' : INK;
    const thickness = count === 0 ? 1.5 : 1.5 + 3 * Math.sqrt(count / most);
    const label = `<text x="${at[0]}" y="${at[1]}" font-size="12" text-anchor="${anchor}" fill="${count === 0 ? FAINT : INK}">${word}${count === 0 ? '' : ` <tspan font-weight="600">${shown(count)}×</tspan>`}</text>`;
    return `<path d="${path}" fill="none" stroke="${stroke}" stroke-width="${thickness.toFixed(1)}" marker-end="url(#${count === 0 ? 'faint' : 'ink'})"/>${label}`;
  });
  const boxes = (Object.entries(BOXES) as [State, Box][])
    .filter(([state]) => isUsed(state))
    .map(
      ([state, { x, y, fill, ink }]) =>
        `<rect x="${x - BOX.width / 2}" y="${y - BOX.height / 2}" width="${BOX.width}" height="${BOX.height}" rx="24" fill="${fill}" stroke="${INK}" stroke-width="1.5"/><text x="${x}" y="${y + 5}" font-size="15" font-weight="600" text-anchor="middle" fill="${ink}">${state}</text>`,
    );
  const marker = (id: string, colour: string) =>
    `<marker id="${id}" viewBox="0 0 10 10" refX="8" refY="5" markerWidth="12" markerHeight="12" markerUnits="userSpaceOnUse" orient="auto-start-reverse"><path d="M0 0L10 5L0 10z" fill="${colour}"/></marker>`;
  return svg(WIDTH, HEIGHT, title, [
    `<defs>${marker('ink', INK)}${marker('faint', '#cbd2d9')}</defs>`,
    `<text x="16" y="26" font-size="16" font-weight="600" fill="${INK}">${escaped(title)}</text>`,
    ...arrows,
    ...boxes,
  ]);
}
