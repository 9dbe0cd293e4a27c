/** From a reference back to the export it names, in the child. */
import { TargetNotFoundError } from '../errors.js';
import type { TargetReference } from './reference.js';

/** What has been imported, by URL: the loader finds it again, too, but takes most of a millisecond for it. */
const imported = new Map<string, Record<string, unknown>>();

/** @throws TargetNotFoundError when the module has no such export; whatever the module itself throws */
export async function resolveTarget(reference: TargetReference): Promise<unknown> {
  const namespace =
    imported.get(reference.module) ?? ((await import(reference.module)) as Record<string, unknown>);
  imported.set(reference.module, namespace);
  // Names that Node's lexer did not find in a CommonJS module are only in its default export.
  const inDefault = Object(namespace['default'] ?? {}) as Record<string, unknown>;
  const direct = namespace[reference.export];
  // What a compiler made of `export default` is a property of that name in module.exports.
  const isCompiled = reference.export === 'default' && typeof direct === 'object' && 'default' in inDefault;
  const found = isCompiled ? inDefault['default'] : (direct ?? inDefault[reference.export]);
  if (found === undefined) {
    const names = Object.keys(namespace).join(', ') || 'nothing';
    throw new TargetNotFoundError(
      reference.module,
      `${reference.module} has no export "${reference.export}"; it exports ${names}.`,
    );
  }
  return found;
}
