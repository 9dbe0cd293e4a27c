/** The program of a child that is a Node of its own: the start method `spawn`. */
import type { BootMessage } from '../start-methods/start-method.js';
import { receive, runChild, runReferenced } from './run-child.js';

const boot = receive() as BootMessage | undefined;
// A child without a parent has nobody to work for: it was never told what to do.
if (boot === undefined) process.exit(0);
else runChild(boot, 'spawn', runReferenced);
