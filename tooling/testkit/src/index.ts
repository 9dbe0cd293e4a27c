export { temporaryFolder } from './temporary-folder.ts';
export { waitFor } from './wait-for.ts';
export { runProgram, spawnProgram, type ProgramResult, type RunningProgram } from './program.ts';
export { processState, childPids, runsNode } from './process-table.ts';
