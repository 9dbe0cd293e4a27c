/** Why the lab refuses a request, and why it can't start. */

/** A request that is not granted, with the status that says so. */
export class LabRequestError extends Error {
  override readonly name = 'LabRequestError';
  readonly code: string;
  readonly status: number;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** The lab can't listen. The command says it in the user's language, by `code`. */
export class LabListenError extends Error {
  override readonly name = 'LabListenError';
  readonly code: 'ERR_LAB_PORT_TAKEN' | 'ERR_LAB_PORT_FORBIDDEN' | 'ERR_LAB_LISTEN';
  readonly port: number;

  constructor(port: number, cause: NodeJS.ErrnoException) {
    super(`The lab can't listen on port ${port}: ${cause.message}.`, { cause });
    this.port = port;
    this.code =
      cause.code === 'EADDRINUSE'
        ? 'ERR_LAB_PORT_TAKEN'
        : cause.code === 'EACCES'
          ? 'ERR_LAB_PORT_FORBIDDEN'
          : 'ERR_LAB_LISTEN';
  }
}
