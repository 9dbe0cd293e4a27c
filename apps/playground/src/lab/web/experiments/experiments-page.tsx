/** Any experiment of the playground, run on this machine while one watches its processes. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import { groups } from '../../../experiment.js';
import type { Outcome } from '../../../run-experiment.js';
import type { ExperimentInfo } from '../../protocol.js';
import { info, presence } from '../lab-client.js';
import { go, route } from '../route.js';
import { language, say, words } from '../settings.js';
import { Failure } from '../shell/failure.js';
import { Chart } from '../timeline/chart.js';
import { Legend } from '../timeline/legend.js';
import { Timeline } from '../timeline/timeline.js';
import { current, type ExperimentRun, isOver, queue, run, runAll, runs, stop } from './run-store.js';

const FIRST = 'multiplexing/three-states';

export function ExperimentsPage() {
  const w = words();
  const all = info.value?.experiments;
  const wanted = route.value.rest || FIRST;
  const shown = all?.find(({ id }) => id === wanted) ?? all?.[0];
  if (all === undefined || shown === undefined) {
    return (
      <div class="page">
        <h1>{w.experiments.title}</h1>
        <p class="lead">{presence.value === 'opening' ? w.opening : w.needsServer}</p>
      </div>
    );
  }
  return (
    <div class="experiments">
      <div class="claims">
        <ClaimPicker all={all} shown={shown} />
        <ClaimList all={all} shown={shown} />
        <RunAll all={all} />
      </div>
      <Detail key={shown.id} experiment={shown} />
    </div>
  );
}

function RunAll({ all }: { readonly all: readonly ExperimentInfo[] }) {
  const w = words();
  const done = all.filter(({ id }) => runs.value.get(id)?.state === 'done').length;
  const held = all.filter(({ id }) => runs.value.get(id)?.result?.verdict === 'holds').length;
  return (
    <div class="run-all">
      <p class="note figure" role="status">
        {done === 0 ? w.experiments.count(all.length) : w.experiments.progress(held, done, all.length)}
      </p>
      {queue.value.length > 0 ? (
        <button type="button" class="button small" onClick={stop}>
          {w.stop}
        </button>
      ) : (
        <button
          type="button"
          class="button small"
          disabled={current.value !== undefined || presence.value !== 'here'}
          onClick={() => void runAll(all.map(({ id }) => id))}
        >
          {w.experiments.runAll}
        </button>
      )}
    </div>
  );
}

/** On a phone. */
function ClaimPicker({
  all,
  shown,
}: {
  readonly all: readonly ExperimentInfo[];
  readonly shown: ExperimentInfo;
}) {
  const w = words();
  return (
    <label class="field claim-picker">
      {w.experiments.choose}
      <select
        class="input"
        value={shown.id}
        onChange={(event) => go(`#/experiments/${event.currentTarget.value}`)}
      >
        {groups.map((group) => (
          <optgroup key={group} label={w.groups[group]}>
            {all
              .filter((each) => each.group === group)
              .map(({ id, claim }) => (
                <option key={id} value={id}>
                  {say(claim)}
                </option>
              ))}
          </optgroup>
        ))}
      </select>
    </label>
  );
}

function ClaimList({
  all,
  shown,
}: {
  readonly all: readonly ExperimentInfo[];
  readonly shown: ExperimentInfo;
}) {
  const w = words();
  const list = useRef<HTMLElement>(null);
  // Inside the list only: the page itself stays where it is.
  useEffect(() => {
    const link = list.current?.querySelector<HTMLElement>('[aria-current]');
    if (list.current === null || link == null) return;
    const { offsetTop, offsetHeight } = link;
    const { scrollTop, clientHeight } = list.current;
    if (offsetTop < scrollTop || offsetTop + offsetHeight > scrollTop + clientHeight) {
      list.current.scrollTop = offsetTop - clientHeight / 3;
    }
  }, [shown.id]);
  return (
    <nav class="claim-list" aria-label={w.experiments.choose} ref={list}>
      {groups.map((group) => {
        const members = all.filter((each) => each.group === group);
        if (members.length === 0) return null;
        return (
          <section key={group}>
            <h2>{w.groups[group]}</h2>
            <ul>
              {members.map(({ id, claim }) => (
                <li key={id}>
                  <a href={`#/experiments/${id}`} aria-current={id === shown.id ? 'true' : undefined}>
                    <Dot run={runs.value.get(id)} />
                    {say(claim)}
                  </a>
                </li>
              ))}
            </ul>
          </section>
        );
      })}
    </nav>
  );
}

function Dot({ run }: { readonly run: ExperimentRun | undefined }) {
  const w = words();
  const verdict = run?.result?.verdict;
  const kind = run === undefined ? 'none' : !isOver(run) ? 'busy' : (verdict ?? 'none');
  const text = kind === 'none' ? '' : kind === 'busy' ? w.experiments.measuring : w.verdicts[kind];
  return (
    <span class={`dot ${kind}`} title={text}>
      {text !== '' && <span class="unseen">{text}</span>}
    </span>
  );
}

const EMPTY = new Chart();
EMPTY.to = 1000;

function Detail({ experiment }: { readonly experiment: ExperimentInfo }) {
  const w = words();
  const { id, claim, code, instead } = experiment;
  const seen = runs.value.get(id);
  const isRunning = seen !== undefined && !isOver(seen);
  const chart = seen?.chart ?? EMPTY;
  void chart.shape.value;
  return (
    <article class="page detail">
      <div class="page-head">
        <p class="note">
          {w.groups[experiment.group]} <span class="mono">{id}</span>
        </p>
        <h1>{say(claim)}</h1>
      </div>
      <div class="buttons">
        {isRunning ? (
          <button type="button" class="button main" onClick={stop}>
            {w.stop}
          </button>
        ) : (
          <button
            type="button"
            class="button main"
            disabled={presence.value !== 'here' || queue.value.length > 0}
            onClick={() => void run(id)}
          >
            {seen === undefined ? w.run : w.runAgain}
          </button>
        )}
        <p class="note" role="status">
          {statusOf(seen)}
        </p>
      </div>
      <section class="sheet watched" aria-label={w.experiments.processes}>
        <header>
          <h2>{w.experiments.processes}</h2>
          <Legend paints={['running', 'ready', 'blocked', 'zombie']} turn={w.experiments.controlBegins} />
        </header>
        {seen === undefined && (
          <p class="note empty">{info.value?.blind ? say(info.value.blind) : w.experiments.nothingYet}</p>
        )}
        <Timeline
          chart={chart}
          unit="ms"
          height="232px"
          rowHeight={26}
          label={w.experiments.timelineLabel(chart.rows.length)}
        />
      </section>
      <section class="outcomes" aria-label={w.verdict} aria-live="polite">
        <OutcomeView
          title={w.experiments.withCause}
          outcome={seen?.result}
          isControl={false}
          isWaiting={isRunning}
        />
        <OutcomeView
          title={w.experiments.withoutCause(say(instead))}
          outcome={seen?.result?.control}
          isControl
          isWaiting={isRunning}
        />
      </section>
      {seen?.error !== undefined && <Failure error={seen.error} />}
      <CodeBlock code={code} />
    </article>
  );
}

function statusOf(seen: ExperimentRun | undefined): string {
  const w = words();
  const state = seen?.state;
  switch (state) {
    case undefined:
      return w.experiments.whatRunDoes;
    case 'starting':
      return w.experiments.starting;
    case 'measure':
      return w.experiments.measuring;
    case 'control':
      return w.experiments.measuringControl;
    case 'done':
      return w.experiments.took((seen?.result?.duration ?? 0) / 1000);
    case 'called-off':
      return w.calledOff;
    case 'replaced':
      return w.replaced;
    case 'failed':
      return w.failed;
    default:
      return state satisfies never;
  }
}

interface OutcomeProps {
  readonly title: ComponentChildren;
  readonly outcome: Outcome | undefined;
  readonly isControl: boolean;
  readonly isWaiting: boolean;
}

function OutcomeView({ title, outcome, isControl, isWaiting }: OutcomeProps) {
  const w = words();
  // Without the cause, a claim that does not hold is as it must be.
  const isRight = outcome !== undefined && outcome.verdict === (isControl ? 'does-not-hold' : 'holds');
  const mark = outcome === undefined ? '' : outcome.verdict === 'skipped' ? 'warn' : isRight ? 'good' : 'bad';
  return (
    <div class="sheet outcome">
      <h2>{title}</h2>
      <p class={`verdict ${mark}`}>
        {outcome === undefined
          ? isWaiting
            ? w.experiments.pending
            : w.experiments.notMeasured
          : `${w.verdicts[outcome.verdict]}${isControl && isRight ? w.experiments.asItMust : ''}`}
      </p>
      <p class="measured">{outcome !== undefined && measuredOf(outcome)}</p>
    </div>
  );
}

function measuredOf(outcome: Outcome): string {
  if ('measured' in outcome) return say(outcome.measured);
  if ('reason' in outcome) return say(outcome.reason);
  return outcome.error.message;
}

function CodeBlock({ code }: { readonly code: string }) {
  const w = words();
  const copied = useSignal(false);
  return (
    <section class="sheet code">
      <header>
        <h2>{w.experiments.code}</h2>
        <button
          type="button"
          class="button small"
          onClick={() => {
            void navigator.clipboard.writeText(code).then(() => {
              copied.value = true;
            });
          }}
        >
          {copied.value ? w.copied : w.copy}
        </button>
      </header>
      <pre tabIndex={0} aria-label={w.experiments.code} lang={language.value === 'zh' ? 'en' : undefined}>
        <code>{code}</code>
      </pre>
    </section>
  );
}
