/**
 * The last guard against a program that starts itself without end: no import is to blame that could be seen, but
 * generation follows generation.
 *
 * Only grandchildren and deeper are looked at: a wide tree is nobody's mistake, a deep and wide one most often is.
 */
import { childContext } from './child-context.js';
import { InvalidOptionError, TreeTooLargeError } from './errors.js';
import { descendantsOf } from './os/process-tree.js';

/** Generations below the main process that may start others unasked. */
const FREE_GENERATIONS = 1;
const USUAL_LIMIT = 256;
/** Where the tree can't be counted, its depth has to do. */
const MOST_GENERATIONS = 16;

/** @throws TreeTooLargeError `ERR_TREE_TOO_LARGE` */
export function checkTreeSize(): void {
  const context = childContext();
  if (context === undefined || context.identity.length <= FREE_GENERATIONS) return;
  const limit = limitFromEnvironment();
  const processes = 1 + descendantsOf(context.rootPid).length;
  const generations = context.identity.length;
  if (processes > limit || (process.platform !== 'linux' && generations > MOST_GENERATIONS)) {
    throw new TreeTooLargeError(context.rootPid, processes, generations);
  }
}

function limitFromEnvironment(): number {
  const text = process.env['CORE_PROCESS_MAX_TREE'];
  if (text === undefined) return USUAL_LIMIT;
  const limit = Number(text);
  if (Number.isSafeInteger(limit) && limit > 0) return limit;
  throw new InvalidOptionError(
    'CORE_PROCESS_MAX_TREE',
    `The variable CORE_PROCESS_MAX_TREE must be a number of processes, not ${JSON.stringify(text)}.`,
  );
}
