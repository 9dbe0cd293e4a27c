/** The strategies of this package, in the order in which they are told. A new one is a file and a line here. */
import { fileLock } from './file-lock.js';
import { join } from './join.js';
import { lock } from './lock.js';
import { none } from './none.js';
import { optimistic } from './optimistic.js';
import { queue } from './queue.js';
import type { Strategy } from './strategy.js';

export const strategies: readonly Strategy[] = [none, join, lock, fileLock, optimistic, queue];
