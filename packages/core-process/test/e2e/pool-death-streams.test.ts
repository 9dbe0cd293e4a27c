/** The deaths of workers that are reached by streams, as where there is no FFI. */
import { poolDeathCases } from './pool-death.ts';

// Read at first use.
process.env['CORE_PROCESS_NO_FFI'] = '1';

poolDeathCases();
