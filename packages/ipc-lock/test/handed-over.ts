/** The protocol by which an object is sent to another process, as a receiver sees it. */

interface Handover {
  readonly module: string;
  readonly export: string;
  readonly data: unknown;
}

const key = Symbol.for('core-process.handover');

/** What to send, as JSON. */
export function addressOf(object: object): string {
  const handover = (object as { [key]: () => Handover })[key]();
  return JSON.stringify(handover);
}

/** What a receiver in this process gets: another object for the same thing. */
export async function copyOf<T extends object>(object: T): Promise<T> {
  const handover = JSON.parse(addressOf(object)) as Handover;
  const module = (await import(/* @vite-ignore */ handover.module)) as Record<string, (data: unknown) => T>;
  const rebuild = module[handover.export];
  if (rebuild === undefined) throw new Error(`${handover.module} has no ${handover.export}`);
  return rebuild(handover.data);
}
