/** The deaths of workers that are reached by rings in shared memory. */
import { poolDeathCases } from './pool-death.ts';

poolDeathCases();
