/**
 * State of a module that each process has for itself: a copy of this process (start method fork) begins anew, since
 * the sockets, timers and promises in it are the original's.
 */
export function perProcess<T>(make: () => T): () => T {
  let owner = process.pid;
  let state = make();
  return () => {
    if (owner !== process.pid) {
      owner = process.pid;
      state = make();
    }
    return state;
  };
}
