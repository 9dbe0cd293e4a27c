/** The states of a process and the ways between them; the one just gone stands out. */
import type { ProcessState, Transition } from 'scheduler-model';
import { words } from '../settings.js';

interface Box {
  readonly x: number;
  readonly y: number;
}

const WIDTH = 172;
const HEIGHT = 84;

const BOXES: Readonly<Record<'new' | 'ready' | 'running' | 'blocked' | 'terminated', Box>> = {
  new: { x: 10, y: 20 },
  ready: { x: 252, y: 20 },
  running: { x: 524, y: 20 },
  blocked: { x: 388, y: 176 },
  terminated: { x: 766, y: 20 },
};

const WAYS = [
  { from: 'new', to: 'ready', path: 'M182 62 H246' },
  { from: 'ready', to: 'running', path: 'M424 46 H518' },
  { from: 'running', to: 'ready', path: 'M524 80 H430' },
  { from: 'running', to: 'terminated', path: 'M696 62 H760' },
  { from: 'running', to: 'blocked', path: 'M626 104 V218 H566' },
  { from: 'blocked', to: 'ready', path: 'M388 218 H322 V110' },
] as const;

interface StateDiagramProps {
  readonly inState: ReadonlyMap<ProcessState, readonly string[]>;
  readonly last: Transition | undefined;
}

/** Names that fit into a box, and how many more there are. */
function fitting(names: readonly string[]): string[] {
  const lines: string[] = [];
  let line = '';
  for (const name of names) {
    const longer = line === '' ? name : `${line}  ${name}`;
    if (longer.length <= 20) {
      line = longer;
      continue;
    }
    lines.push(line);
    line = name;
  }
  if (line !== '') lines.push(line);
  if (lines.length <= 2) return lines;
  const shown = lines.slice(0, 1);
  const count = names.length - (shown[0]?.split('  ').length ?? 0);
  return [...shown, `+${count}`];
}

/** A zombie has ended, too: its box is the same. */
const boxOf = (state: ProcessState) => (state === 'zombie' ? 'terminated' : state);

export function StateDiagram({ inState, last }: StateDiagramProps) {
  const w = words();
  const states = Object.keys(BOXES) as (keyof typeof BOXES)[];
  const namesIn = (state: keyof typeof BOXES) => [
    ...(inState.get(state) ?? []),
    ...(state === 'terminated' ? (inState.get('zombie') ?? []) : []),
  ];
  const sentence = states
    .map((state) => `${w.scheduler.states[state]}: ${namesIn(state).join(', ') || '–'}`)
    .join('; ');
  const isLast = (from: string, to: string) =>
    last !== undefined && last.from !== last.to && boxOf(last.from) === from && boxOf(last.to) === to;
  return (
    <div class="scroll-x" tabIndex={0} role="group" aria-label={w.scheduler.diagram}>
      <svg class="diagram" viewBox="0 0 948 270" role="img" aria-label={sentence}>
        <defs>
          {['way', 'gone'].map((kind) => (
            <marker
              key={kind}
              id={`tip-${kind}`}
              viewBox="0 0 8 8"
              refX="6"
              refY="4"
              markerWidth="8"
              markerHeight="8"
              markerUnits="userSpaceOnUse"
              orient="auto"
            >
              <path d="M0 0 L8 4 L0 8 Z" class={`tip ${kind}`} />
            </marker>
          ))}
        </defs>
        {WAYS.map(({ from, to, path }) => {
          const kind = isLast(from, to) ? 'gone' : 'way';
          return <path key={`${from}-${to}`} d={path} class={kind} marker-end={`url(#tip-${kind})`} />;
        })}
        {states.map((state) => {
          const { x, y } = BOXES[state];
          return (
            <g key={state} transform={`translate(${x} ${y})`} class={`box ${state}`}>
              <rect width={WIDTH} height={HEIGHT} rx="6" />
              <rect class="mark" width="5" height={HEIGHT} rx="2" />
              <text class="state" x="18" y="25">
                {w.scheduler.states[state]}
              </text>
              {fitting(namesIn(state)).map((line, index) => (
                <text key={index} class="names" x="18" y={48 + index * 21}>
                  {line}
                </text>
              ))}
            </g>
          );
        })}
      </svg>
    </div>
  );
}
