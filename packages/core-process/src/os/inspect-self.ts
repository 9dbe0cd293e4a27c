/** V8's inspector, connected to the thread that asks: it answers before `post` returns. */
import type { Session } from 'node:inspector';

export interface SelfInspector {
  readonly session: Session;
  /** @throws what the inspector answers with, when that is an error */
  readonly post: (method: string, parameters: object) => unknown;
  /** The inspector's handle of an object of this thread. */
  readonly handleOf: (object: object) => string;
  /** The object behind a handle. */
  readonly objectOf: (handle: string) => unknown;
}

interface RemoteObject {
  readonly objectId?: string;
}

const exchangeKey = Symbol.for('core-process.inspect-self');
const EXCHANGE = 'globalThis[Symbol.for("core-process.inspect-self")]';

export function inspectSelf<T>(use: (inspector: SelfInspector) => T): T {
  const { Session } = process.getBuiltinModule('node:inspector');
  const session = new Session();
  session.connect();
  const exchange = globalThis as { [exchangeKey]?: unknown };

  const post = (method: string, parameters: object): unknown => {
    let answer: unknown;
    let failure: Error | null = null;
    session.post(method, parameters, (error, result) => {
      failure = error;
      answer = result;
    });
    if (failure !== null) throw failure as Error;
    return answer;
  };
  try {
    return use({
      session,
      post,
      handleOf(object) {
        exchange[exchangeKey] = object;
        try {
          const { result } = post('Runtime.evaluate', { expression: EXCHANGE }) as { result: RemoteObject };
          return result.objectId as string;
        } finally {
          delete exchange[exchangeKey];
        }
      },
      objectOf(handle) {
        const functionDeclaration = `function () { ${EXCHANGE} = this; }`;
        post('Runtime.callFunctionOn', { objectId: handle, functionDeclaration });
        const object = exchange[exchangeKey];
        delete exchange[exchangeKey];
        return object;
      },
    });
  } finally {
    session.disconnect();
  }
}
