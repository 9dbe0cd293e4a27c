/** The plan that is edited, the runs it leads to, and the address that holds it. */
import { computed, effect, signal } from '@preact/signals';
import { replaceRoute, route } from '../route.js';
import { EXAMPLES, fromQuery, type Plan, toQuery } from './plan.js';
import { type Simulated, simulatePlan } from './simulation.js';

export const plan = signal<Plan>(fromQuery(route.value.query) ?? EXAMPLES.mixed);

const simulation = computed(() => simulatePlan(plan.value));
export const problems = computed(() => simulation.value.problems);
/** Of the last plan that could be run: charts stay while one types. */
export const runs = signal<readonly Simulated[]>([]);

effect(() => {
  if (simulation.value.problems.length === 0) runs.value = simulation.value.runs;
});

// A link that is followed while the page is open brings its own plan; replaceRoute() fires no event.
addEventListener('hashchange', () => {
  if (route.value.part !== 'scheduler') return;
  const given = fromQuery(route.value.query);
  if (given !== undefined) plan.value = given;
});

/** Keeps the address such that it can be shared. Returns how to stop that. */
export function keepAddress(): () => void {
  return effect(() => replaceRoute(`#/scheduler?${toQuery(plan.value)}`));
}

export function change(fields: Partial<Plan>): void {
  plan.value = { ...plan.peek(), ...fields };
}
