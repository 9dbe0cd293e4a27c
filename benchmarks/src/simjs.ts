/**
 * simjs, which is made for a page: it puts its classes on `window`, and has no types. What the benchmark
 * uses of it.
 */

interface Simulator {
  addEntity(entity: new () => EntityBase, name: string, ...args: unknown[]): unknown;
  simulate(endTime: number, maxEvents: number): boolean;
}

declare class EntityBase {
  useFacility(facility: object, duration: number): { done(callback: () => void): unknown };
}

interface SimJs {
  readonly Entity: typeof EntityBase;
  readonly Facility: new (name: string) => object;
  readonly Sim: new () => Simulator;
}

const page: { Sim?: SimJs } = {};
(globalThis as { window?: object }).window = page;
// @ts-expect-error -- it has no types
await import('simjs');
delete (globalThis as { window?: object }).window;
if (page.Sim === undefined) throw new Error('simjs did not put its classes on window.');

export const { Entity, Facility, Sim } = page.Sim;
