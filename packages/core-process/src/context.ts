/** All of the package, bound to one start method. */
import { markContextClass, Process } from './process.js';
import type { ProcessOptions } from './process-options.js';
import { chooseStartMethod, startMethods } from './start-methods/choose-start-method.js';
import type { StartMethodName } from './start-methods/start-method.js';

export interface Context {
  readonly startMethod: StartMethodName;
  /** A Process that starts by this method unless told otherwise. */
  readonly Process: typeof Process;
}

const contexts = new Map<StartMethodName, Context>();

/**
 * The package bound to a start method; the same object for the same method. Changes nothing for others.
 *
 * @param method - the first of {@link startMethods} if left out
 * @throws StartMethodUnavailableError `ERR_START_METHOD_UNAVAILABLE` where it does not work
 */
export function getContext(method: StartMethodName = startMethods()[0] as StartMethodName): Context {
  chooseStartMethod(method);
  let context = contexts.get(method);
  if (context === undefined) {
    class ContextProcess<A extends unknown[], R> extends Process<A, R> {
      constructor(options: ProcessOptions<A, R> = {}) {
        super({ startMethod: method, ...options });
      }
    }
    Object.defineProperty(ContextProcess, 'name', { value: 'Process' });
    markContextClass(ContextProcess);
    context = { startMethod: method, Process: ContextProcess };
    contexts.set(method, context);
  }
  return context;
}
