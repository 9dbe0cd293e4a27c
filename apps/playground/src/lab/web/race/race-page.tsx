/** The ticket race: the same buyers under several strategies at once, each buyer a process. */
import { signal } from '@preact/signals';
import { LIMITS, type SaleRequest } from '../../protocol.js';
import { info, presence } from '../lab-client.js';
import { words } from '../settings.js';
import { Failure } from '../shell/failure.js';
import { Legend } from '../timeline/legend.js';
import { Timeline } from '../timeline/timeline.js';
import { error, isOn, type Sale, sales, start, state, stop } from './race-store.js';

const PACES = { quick: [10, 30], slow: [100, 300], article: [1000, 2000] } as const;

interface Settings {
  readonly strategies: readonly string[];
  readonly buyers: number;
  readonly tickets: number;
  readonly pace: keyof typeof PACES;
  readonly kill: number;
}

const settings = signal<Settings>({
  strategies: ['none', 'lock'],
  buyers: 6,
  tickets: 3,
  pace: 'slow',
  kill: 0,
});

export function RacePage() {
  const w = words();
  const strategies = info.value?.strategies;
  return (
    <div class="page">
      <div class="page-head">
        <h1>{w.race.title}</h1>
        <p class="lead">{w.race.lead}</p>
      </div>
      {strategies === undefined ? (
        <p class="note">{presence.value === 'opening' ? w.opening : w.needsServer}</p>
      ) : (
        <Controls strategies={strategies.map(({ name }) => name)} />
      )}
      {error.value !== undefined && <Failure error={error.value} />}
      {sales.value.length > 0 && <Legend paints={['searching', 'waiting', 'critical', 'clash']} />}
      <div class="sales">
        {sales.value.map((sale) => (
          <SaleCard key={sale.strategy} sale={sale} />
        ))}
      </div>
    </div>
  );
}

function Controls({ strategies }: { readonly strategies: readonly string[] }) {
  const w = words();
  const set = (fields: Partial<Settings>) => {
    settings.value = { ...settings.value, ...fields };
  };
  const { buyers, tickets, pace, kill } = settings.value;
  const chosen = strategies.filter((name) => settings.value.strategies.includes(name));
  const isPossible =
    chosen.length > 0 &&
    inRange(buyers, 1, LIMITS.buyers) &&
    inRange(tickets, 0, LIMITS.tickets) &&
    inRange(kill, 0, buyers);
  const request = (): SaleRequest => ({
    strategies: chosen,
    buyers,
    tickets,
    think: PACES[pace],
    kill,
    seed: Math.floor(Math.random() * 2 ** 31),
  });
  return (
    <section class="sheet controls" aria-label={w.race.load}>
      <fieldset class="policies">
        <legend>{w.race.strategies}</legend>
        {strategies.map((name) => {
          const isChosen = chosen.includes(name);
          return (
            <label key={name} class="chip" title={w.race.strategyLines[name]}>
              <input
                type="checkbox"
                checked={isChosen}
                onChange={() =>
                  set({ strategies: isChosen ? chosen.filter((each) => each !== name) : [...chosen, name] })
                }
              />
              <span>{w.race.strategyNames[name] ?? name}</span>
            </label>
          );
        })}
      </fieldset>
      <div class="numbers">
        <Count
          label={w.race.buyers}
          value={buyers}
          most={LIMITS.buyers}
          least={1}
          onInput={(value) => set({ buyers: value })}
        />
        <Count
          label={w.race.tickets}
          value={tickets}
          most={LIMITS.tickets}
          least={0}
          onInput={(value) => set({ tickets: value })}
        />
        <Count
          label={w.race.kill}
          value={kill}
          most={buyers}
          least={0}
          onInput={(value) => set({ kill: value })}
        />
        <label class="field">
          {w.race.pace}
          <select
            class="input"
            value={pace}
            onChange={({ currentTarget }) => set({ pace: currentTarget.value as keyof typeof PACES })}
          >
            {(Object.keys(PACES) as (keyof typeof PACES)[]).map((name) => (
              <option key={name} value={name}>
                {w.race.paces[name]}
              </option>
            ))}
          </select>
        </label>
      </div>
      <div class="buttons">
        {isOn() ? (
          <button type="button" class="button main" onClick={stop}>
            {w.stop}
          </button>
        ) : (
          <button
            type="button"
            class="button main"
            disabled={!isPossible || presence.value !== 'here'}
            onClick={() => void start(request())}
          >
            {w.race.open}
          </button>
        )}
        <p class="note" role="status">
          {chosen.length === 0
            ? w.race.chooseOne
            : !isPossible
              ? w.race.impossible(LIMITS.buyers, LIMITS.tickets)
              : statusText()}
        </p>
      </div>
    </section>
  );
}

function inRange(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}

function statusText(): string {
  const w = words();
  switch (state.value) {
    case undefined:
      return w.race.whatItDoes;
    case 'starting':
      return w.race.starting;
    case 'selling':
      return w.race.selling;
    case 'done':
      return w.race.done;
    case 'called-off':
      return w.calledOff;
    case 'replaced':
      return w.replaced;
    case 'failed':
      return w.failed;
    default:
      return state.value satisfies never;
  }
}

interface CountProps {
  readonly label: string;
  readonly value: number;
  readonly least: number;
  readonly most: number;
  readonly onInput: (value: number) => void;
}

function Count({ label, value, least, most, onInput }: CountProps) {
  return (
    <label class="field">
      {label}
      <input
        class="input number"
        type="number"
        min={least}
        max={most}
        value={Number.isNaN(value) ? '' : value}
        aria-invalid={!inRange(value, least, most)}
        onInput={({ currentTarget }) => onInput(currentTarget.valueAsNumber)}
      />
    </label>
  );
}

function SaleCard({ sale }: { readonly sale: Sale }) {
  const w = words();
  const { strategy, chart, audit } = sale;
  void chart.shape.value;
  const name = w.race.strategyNames[strategy] ?? strategy;
  const isBroken = audit !== undefined && (audit.violations.length > 0 || audit.oversold > 0);
  return (
    <section class="sheet sale" aria-label={name}>
      <header>
        <div>
          <h2>{name}</h2>
          <p class="note">{w.race.strategyLines[strategy]}</p>
        </div>
      </header>
      <div class="database">
        <Tickets sale={sale} />
        <p class="mono note">{w.race.database(sale.left, sale.listed)}</p>
      </div>
      <Timeline
        chart={chart}
        unit="ms"
        rowHeight={24}
        height={`${Math.max(chart.rows.length, 1) * 24}px`}
        label={w.race.chartLabel(name, chart.rows.length)}
      />
      <p class={`audit ${audit === undefined ? '' : isBroken ? 'bad' : 'good'}`} aria-live="polite">
        {audit === undefined ? w.race.noAudit : isBroken ? w.race.broken(audit) : w.race.whole(audit)}
      </p>
    </section>
  );
}

/** A square for each ticket there was, filled when somebody has it; more squares when more were sold. */
function Tickets({ sale }: { readonly sale: Sale }) {
  const w = words();
  const { tickets, audit, left, listed } = sale;
  const before = audit?.ticketsBefore ?? settings.value.tickets;
  const total = Math.max(before, tickets.length, audit === undefined ? 0 : left + listed);
  return (
    <ul class="tickets" aria-label={w.race.sold(tickets.length, before)}>
      {Array.from({ length: total }, (_, index) => (
        <li key={index} class={index < tickets.length ? (index < before ? 'sold' : 'over') : 'free'} />
      ))}
    </ul>
  );
}
