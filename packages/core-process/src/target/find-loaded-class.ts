/**
 * The class of an error that came from another process, where this one has it.
 *
 * Only from a module that is loaded already: nothing runs because a child failed.
 */
import { isModuleLoaded, readExport } from './locate-export.js';
import type { TargetReference } from './reference.js';
import { setTimeout, clearTimeout } from '../real-timers.js';

/** How long a module that is loaded may take to be imported once more, in milliseconds. */
const IMPORT_WITHIN_MS = 1000;

/** Undefined when it is not to be had; the error then carries the name of its class alone. */
export async function findLoadedClass(reference: TargetReference): Promise<unknown> {
  const read = readExport(reference);
  if (read !== undefined) return read;
  if (!isModuleLoaded(reference.module)) return undefined;
  // A module in the middle of a top-level await is not imported before that ends, and that may wait for us.
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, IMPORT_WITHIN_MS);
  });
  try {
    return await Promise.race([importedExport(reference), tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

async function importedExport({ module, export: name }: TargetReference): Promise<unknown> {
  const namespace = (await import(module)) as Record<string, unknown>;
  return namespace[name] ?? (namespace['default'] as Record<string, unknown> | undefined)?.[name];
}
