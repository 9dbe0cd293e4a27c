/** The workload, the machine and the policies, to edit. What is wrong is said beside it. */
import { useSignal } from '@preact/signals';
import { words } from '../settings.js';
import { type DraftProcess, EXAMPLES, type ExampleName } from './plan.js';
import { change, plan, problems } from './plan-store.js';
import { POLICIES, POLICY_NAMES } from './policies.js';
import { chosenPolicies, type Field, MOST_PROCESSES, type Problem, weightsOf } from './simulation.js';

export function PlanEditor() {
  const w = words();
  return (
    <section class="sheet plan" aria-label={w.scheduler.workload}>
      <header>
        <h2>{w.scheduler.workload}</h2>
        <label class="field inline">
          {w.scheduler.example}
          <select
            class="input"
            value=""
            onChange={({ currentTarget }) => {
              plan.value = EXAMPLES[currentTarget.value as ExampleName];
              currentTarget.value = '';
            }}
          >
            <option value="">{w.scheduler.chooseExample}</option>
            {(Object.keys(EXAMPLES) as ExampleName[]).map((name) => (
              <option key={name} value={name}>
                {w.scheduler.examples[name]}
              </option>
            ))}
          </select>
        </label>
      </header>
      <div class="plan-body">
        <Rows />
        <div class="machine-fields">
          <div class="numbers">
            <NumberField name="cores" label={w.scheduler.cores} />
            <NumberField
              name="quantum"
              label={w.scheduler.quantum}
              isUnused={chosenPolicies(plan.value).every((name) => !POLICIES[name].quantum)}
            />
            <NumberField name="contextSwitch" label={w.scheduler.contextSwitch} />
          </div>
          <Share />
        </div>
      </div>
    </section>
  );
}

function Rows() {
  const w = words();
  const { processes } = plan.value;
  const weights = weightsOf(plan.value);
  const set = (row: number, fields: Partial<DraftProcess>) =>
    change({ processes: processes.map((each, index) => (index === row ? { ...each, ...fields } : each)) });
  return (
    <div class="plan-rows">
      <div class="plan-scroll" tabIndex={0} role="group" aria-label={w.scheduler.workload}>
        <table class="table">
          <thead>
            <tr>
              <th scope="col">{w.scheduler.name}</th>
              <th scope="col">{w.scheduler.arrival}</th>
              {weights.map((weight) => (
                <th key={weight} scope="col">
                  {w.scheduler.weights[weight]}
                </th>
              ))}
              <th scope="col">{w.scheduler.script}</th>
              <th scope="col">
                <span class="unseen">{w.scheduler.remove}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {processes.map((each, row) => (
              <tr key={row}>
                <td>
                  <Cell row={row} field="name" value={each.name} label={w.scheduler.name} onInput={set} />
                </td>
                <td>
                  <Cell
                    row={row}
                    field="arrival"
                    value={each.arrival}
                    label={w.scheduler.arrival}
                    onInput={set}
                  />
                </td>
                {weights.map((weight) => (
                  <td key={weight}>
                    <Cell
                      row={row}
                      field={weight}
                      value={each.weights[weight] ?? ''}
                      label={w.scheduler.weights[weight]}
                      onInput={(_, { [weight]: value }) =>
                        set(row, { weights: { ...each.weights, [weight]: value ?? '' } })
                      }
                    />
                  </td>
                ))}
                <td class="wide">
                  <Cell
                    row={row}
                    field="script"
                    value={each.script}
                    label={w.scheduler.script}
                    onInput={set}
                  />
                </td>
                <td>
                  <button
                    type="button"
                    class="button small quiet"
                    aria-label={w.scheduler.removeNamed(each.name)}
                    onClick={() => change({ processes: processes.filter((_, index) => index !== row) })}
                  >
                    ×
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div class="plan-foot">
        <button
          type="button"
          class="button small"
          disabled={processes.length >= MOST_PROCESSES}
          onClick={() => change({ processes: [...processes, freshProcess(processes)] })}
        >
          {w.scheduler.add}
        </button>
        <p class="note">{w.scheduler.scriptHint}</p>
      </div>
      <ProblemList />
      <PolicyChooser />
    </div>
  );
}

/** The first letter that nobody has yet. */
function freshProcess(processes: readonly DraftProcess[]): DraftProcess {
  const letters = Array.from({ length: 26 }, (_, index) => String.fromCodePoint(65 + index));
  const names = new Set(processes.map(({ name }) => name));
  const name = letters.find((letter) => !names.has(letter)) ?? `p${processes.length + 1}`;
  return { name, arrival: '0', script: 'cpu 5', weights: {} };
}

interface CellProps {
  readonly row: number;
  readonly field: Field;
  readonly value: string;
  readonly label: string;
  readonly onInput: (row: number, fields: Partial<Record<Field, string>>) => void;
}

function Cell({ row, field, value, label, onInput }: CellProps) {
  const isWrong = problems.value.some((each) => 'row' in each && each.row === row && each.field === field);
  const name = plan.value.processes[row]?.name ?? '';
  return (
    <input
      class={`input cell ${field === 'name' || field === 'script' ? field : 'number'}`}
      value={value}
      aria-label={field === 'name' ? label : `${label}, ${name}`}
      aria-invalid={isWrong}
      aria-describedby={isWrong ? 'plan-problems' : undefined}
      inputMode={field === 'name' || field === 'script' ? 'text' : 'numeric'}
      spellcheck={false}
      autocomplete="off"
      onInput={({ currentTarget }) => onInput(row, { [field]: currentTarget.value })}
    />
  );
}

function ProblemList() {
  const w = words();
  const describe = (problem: Problem): string => {
    if ('nothing' in problem) return w.scheduler.nothing;
    if ('tooMany' in problem) return w.scheduler.tooMany(problem.tooMany);
    if ('machine' in problem) {
      return w.scheduler.outOfRange(w.scheduler[problem.machine], problem.least, problem.most);
    }
    const name = plan.value.processes[problem.row]?.name.trim() || w.scheduler.rowNumber(problem.row + 1);
    return w.scheduler.rowProblem(name, problem.problem);
  };
  return (
    <ul class="problems" id="plan-problems" role="alert">
      {problems.value.slice(0, 4).map((problem, index) => (
        <li key={index}>{describe(problem)}</li>
      ))}
    </ul>
  );
}

function PolicyChooser() {
  const w = words();
  const chosen = chosenPolicies(plan.value);
  return (
    <fieldset class="policies">
      <legend>{w.scheduler.policies}</legend>
      {POLICY_NAMES.map((name) => {
        const isChosen = chosen.includes(name);
        return (
          <label key={name} class="chip" title={w.scheduler.policyLines[name]}>
            <input
              type="checkbox"
              checked={isChosen}
              onChange={() =>
                change({ policies: isChosen ? chosen.filter((each) => each !== name) : [...chosen, name] })
              }
            />
            <span>{w.scheduler.policyNames[name]}</span>
          </label>
        );
      })}
    </fieldset>
  );
}

interface NumberFieldProps {
  readonly name: 'cores' | 'quantum' | 'contextSwitch';
  readonly label: string;
  readonly isUnused?: boolean;
}

function NumberField({ name, label, isUnused = false }: NumberFieldProps) {
  const isWrong = problems.value.some((each) => 'machine' in each && each.machine === name);
  return (
    <label class={`field ${isUnused ? 'unused' : ''}`}>
      {label}
      <input
        class="input number"
        type="number"
        min={name === 'contextSwitch' ? 0 : 1}
        value={plan.value[name]}
        aria-invalid={isWrong}
        aria-describedby={isWrong ? 'plan-problems' : undefined}
        onInput={({ currentTarget }) => change({ [name]: currentTarget.value })}
      />
    </label>
  );
}

function Share() {
  const w = words();
  const copied = useSignal<string | undefined>(undefined);
  return (
    <div class="buttons">
      <button
        type="button"
        class="button small"
        onClick={() => {
          const address = location.href;
          void navigator.clipboard.writeText(address).then(() => {
            copied.value = address;
          });
        }}
      >
        {copied.value === location.href ? w.copied : w.scheduler.share}
      </button>
      <p class="note">{w.scheduler.shareHint}</p>
    </div>
  );
}
