import { describe, expect, it } from 'vitest';
import { killSteps, planSale } from './plan.js';

const settings = { buyers: 10, think: [5, 20], kill: 3, seed: 7 } as const;

describe('planSale', () => {
  it('gives the same plan for the same seed, and another for another', () => {
    expect(planSale(settings)).toEqual(planSale(settings));
    expect(planSale({ ...settings, seed: 8 })).not.toEqual(planSale(settings));
  });

  it('lets everyone think within the range, and not all alike', () => {
    const durations = planSale(settings).flatMap(({ search, think }) => [search, think]);
    expect(Math.min(...durations)).toBeGreaterThanOrEqual(5);
    expect(Math.max(...durations)).toBeLessThanOrEqual(20);
    expect(new Set(durations).size).toBeGreaterThan(10);
    expect(
      planSale({ ...settings, think: [4, 4] }).every(({ search, think }) => search === 4 && think === 4),
    ).toBe(true);
  });

  it.each([0, 1, 3, 10])('kills exactly %i, whoever it is', (kill) => {
    for (let seed = 0; seed < 50; seed++) {
      expect(planSale({ ...settings, kill, seed }).filter((plan) => plan.kill !== undefined)).toHaveLength(
        kill,
      );
    }
  });

  it('does not think otherwise because some are to be killed', () => {
    const times = (kill: number) =>
      planSale({ ...settings, kill }).map(({ search, think }) => [search, think]);
    expect(times(3)).toEqual(times(0));
  });

  it('kills everyone and everywhere, over many seeds', () => {
    const plans = Array.from({ length: 200 }, (_, seed) => planSale({ ...settings, kill: 1, seed }));
    const victims = plans.map((plan) => plan.find(({ kill }) => kill !== undefined));
    expect(new Set(victims.map((victim) => victim?.buyer)).size).toBe(10);
    expect(new Set(victims.map((victim) => victim?.kill?.step))).toEqual(new Set(killSteps));
  });
});
