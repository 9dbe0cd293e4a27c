/** Arithmetic with stretches of time: who was on a core when. Pure. */

/** From and to, in milliseconds; a list of one process is in order and does not overlap itself. */
export type Stretch = readonly [from: number, to: number];

/** Milliseconds in all. */
export function total(stretches: readonly Stretch[]): number {
  return stretches.reduce((sum, [from, to]) => sum + to - from, 0);
}

/** The time that any of them covers, as stretches that don't touch. */
export function union(lists: readonly (readonly Stretch[])[]): Stretch[] {
  const found: [number, number][] = [];
  for (const [from, to] of lists.flat().toSorted((one, other) => one[0] - other[0])) {
    const last = found.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to);
    else found.push([from, to]);
  }
  return found;
}

/**
 * How many were on a core at a time, on average over the time when any was: 1 is one at a time.
 *
 * What else the machine has to do does not change it much: time when none was on a core is left out.
 */
export function parallelism(lists: readonly (readonly Stretch[])[]): number {
  const any = total(union(lists));
  return any === 0 ? 0 : lists.reduce((sum, list) => sum + total(list), 0) / any;
}

/** How often the core went from one process to another: stretches of one in a row count as one turn. */
export function turns(lists: readonly (readonly Stretch[])[]): number {
  const order = lists
    .flatMap((list, owner) => list.map(([from]) => ({ from, owner })))
    .toSorted((one, other) => one.from - other.from);
  return order.filter(({ owner }, index) => owner !== order[index - 1]?.owner).length;
}

/** What is known of a process: when it was on a core and when it waited; otherwise it was ready. */
export interface Account {
  readonly begin: number;
  readonly end: number;
  readonly onCpu: readonly Stretch[];
  readonly blocked: readonly Stretch[];
}

/**
 * Milliseconds that each was kept waiting by others than these: while it was ready, the part of its cores that
 * none of these had, though enough of them were ready.
 */
export function takenByOthers(accounts: readonly Account[], cores: number): number[] {
  const instants = [
    ...new Set(
      accounts.flatMap(({ begin, end, onCpu, blocked }) => [begin, end, ...onCpu.flat(), ...blocked.flat()]),
    ),
  ].toSorted((one, other) => one - other);
  const taken = accounts.map(() => 0);
  for (const [index, from] of instants.slice(0, -1).entries()) {
    const to = instants[index + 1] as number;
    const covers = (stretches: readonly Stretch[]) =>
      stretches.some((stretch) => stretch[0] <= from && to <= stretch[1]);
    const runnable = accounts.map(
      ({ begin, end, blocked }) => begin <= from && to <= end && !covers(blocked),
    );
    const running = accounts.map(({ onCpu }) => covers(onCpu));
    const usable = Math.min(cores, runnable.filter(Boolean).length);
    const share = 1 - Math.min(1, running.filter(Boolean).length / usable);
    for (const [process, isRunnable] of runnable.entries()) {
      if (isRunnable && running[process] !== true)
        taken[process] = (taken[process] as number) + share * (to - from);
    }
  }
  return taken;
}

/** Whether it was on a core at that instant, and surely so: `margin` milliseconds from any change. */
export function wasOnCpu(
  instant: number,
  stretches: readonly Stretch[],
  margin: number,
): boolean | undefined {
  if (stretches.some(([from, to]) => from + margin <= instant && instant <= to - margin)) return true;
  return stretches.some(([from, to]) => from - margin < instant && instant < to + margin) ? undefined : false;
}

/** How many lists had a stretch at the same instant, at most. */
export function mostAtOnce(lists: readonly (readonly Stretch[])[]): number {
  const changes = lists
    .flat()
    .flatMap(([from, to]) => [
      { at: from, by: 1 },
      { at: to, by: -1 },
    ])
    // One that ends as another begins was not there together with it.
    .toSorted((one, other) => one.at - other.at || one.by - other.by);
  let count = 0;
  let most = 0;
  for (const { by } of changes) {
    count += by;
    most = Math.max(most, count);
  }
  return most;
}

/** Time that both cover. */
export function overlap(one: readonly Stretch[], other: readonly Stretch[]): number {
  return total(union([one])) + total(union([other])) - total(union([one, other]));
}
