/**
 * The main guard's other half: which program is being imported at this moment, in a child, so that starting a
 * process now would start one in each child, without end.
 *
 * That is the target's module until the target runs. After that the target may import the main program itself; then
 * the program's outermost code is on the stack of whoever starts a process, awaits included.
 */
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { childContext } from './child-context.js';

/** @returns URL or path of the program; undefined in the main process, and when all is as it should be */
export function programBeingImported(): string | undefined {
  const context = childContext();
  if (context === undefined) return undefined;
  return context.importing ?? mainProgramOnStack();
}

function mainProgramOnStack(): string | undefined {
  const main = process.argv[1];
  if (main === undefined) return undefined;
  const files = new Set(
    framesHere()
      // The outermost code of a module begins where its file begins.
      .filter((frame) => frame.getEnclosingLineNumber() === 1 && frame.getEnclosingColumnNumber() === 1)
      .map((frame) => frame.getFileName() ?? ''),
  );
  return [...files].some((file) => isSameFile(file, main)) ? main : undefined;
}

function framesHere(): readonly NodeJS.CallSite[] {
  // oxlint-disable-next-line typescript/unbound-method -- put back as it was
  const { prepareStackTrace, stackTraceLimit } = Error;
  try {
    Error.stackTraceLimit = Infinity;
    Error.prepareStackTrace = (_error, frames) => frames;
    return new Error('only its stack is looked at').stack as unknown as NodeJS.CallSite[];
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function isSameFile(module: string, path: string): boolean {
  const file = module.startsWith('file:') ? fileURLToPath(module.replace(/[?#].*$/, '')) : module;
  if (file === path) return true;
  try {
    // A command of a package is a link to its program.
    return realpathSync(file) === realpathSync(path);
  } catch {
    // Code that is no file, or a program that was deleted meanwhile.
    return false;
  }
}
