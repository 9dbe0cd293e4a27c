// Parents, children and what is left of the ended: a child is a zombie until its parent has waited for it;
// children whose parent ends go to another, and init waits for its own at once.

import type { Machine } from '../machine.js';
import type { ProcessRecord } from './process-record.js';

/** Who is whose child. A process without a parent is init's. */
export class Family {
  readonly #children = new Map<ProcessRecord, Set<ProcessRecord>>();
  /** Whom each waiting process waits for; undefined for any child. */
  readonly #waiting = new Map<ProcessRecord, string | undefined>();
  readonly #reparent: Machine['reparent'];
  readonly #reap: (zombie: ProcessRecord) => void;

  /** @param reap - told of each zombie that has been waited for */
  constructor(reparent: Machine['reparent'], reap: (zombie: ProcessRecord) => void) {
    this.#reparent = reparent;
    this.#reap = reap;
  }

  adopt(parent: ProcessRecord | undefined, child: ProcessRecord): void {
    child.parent = parent;
    if (parent === undefined) return;
    let children = this.#children.get(parent);
    if (children === undefined) {
      children = new Set();
      this.#children.set(parent, children);
    }
    children.add(child);
  }

  /** Waits for a child: false if the process must block until one has ended. */
  wait(parent: ProcessRecord, name: string | undefined): boolean {
    const candidates = [...(this.#children.get(parent) ?? [])].filter(
      (child) => name === undefined || child.spec.name === name,
    );
    const zombie = candidates.find((child) => child.state === 'zombie');
    if (zombie !== undefined) {
      this.#take(zombie);
      return true;
    }
    if (candidates.length === 0) return true;
    this.#waiting.set(parent, name);
    return false;
  }

  /** After a process became a zombie: answers its parent if that waited for it and is to be woken. */
  ended(zombie: ProcessRecord): ProcessRecord | undefined {
    const { parent } = zombie;
    if (parent === undefined || !this.#waiting.has(parent)) return undefined;
    const name = this.#waiting.get(parent);
    if (name !== undefined && name !== zombie.spec.name) return undefined;
    this.#waiting.delete(parent);
    this.#take(zombie);
    return parent;
  }

  /** A process exits: finds new parents for its children; answers those to be woken. */
  orphan(parent: ProcessRecord): ProcessRecord[] {
    const woken: ProcessRecord[] = [];
    const children = this.#children.get(parent) ?? [];
    this.#children.delete(parent);
    for (const child of children) {
      const heir = this.#heirOf(parent);
      this.adopt(heir, child);
      if (child.state !== 'zombie') continue;
      if (heir === undefined) this.#reap(child);
      else {
        const waiter = this.ended(child);
        if (waiter !== undefined) woken.push(waiter);
      }
    }
    return woken;
  }

  /** Whose end a process waits for, to tell of a deadlock. */
  awaited(parent: ProcessRecord): ProcessRecord | undefined {
    if (!this.#waiting.has(parent)) return undefined;
    const name = this.#waiting.get(parent);
    return [...(this.#children.get(parent) ?? [])].find(
      (child) => name === undefined || child.spec.name === name,
    );
  }

  #take(zombie: ProcessRecord): void {
    if (zombie.parent !== undefined) this.#children.get(zombie.parent)?.delete(zombie);
    this.#reap(zombie);
  }

  #heirOf(parent: ProcessRecord): ProcessRecord | undefined {
    if (this.#reparent === 'init') return undefined;
    let heir = parent.parent;
    if (this.#reparent === 'subreaper') while (heir !== undefined && !heir.spec.subreaper) heir = heir.parent;
    return heir;
  }
}
