/** Every error that this package throws on purpose. Match on `code`: it survives a second copy of the package. */

/** Stable identifiers of this package's errors. */
export type TicketErrorCode =
  | 'ERR_TICKET_INVALID_OPTION'
  | 'ERR_TICKET_DATABASE_MISSING'
  | 'ERR_TICKET_DATABASE_INVALID'
  | 'ERR_TICKET_DATABASE_READ'
  | 'ERR_TICKET_DATABASE_WRITE'
  | 'ERR_TICKET_BUYER_FAILED'
  | 'ERR_TICKET_SALE_FAILED';

/** Base of this package's errors. */
export class TicketError extends Error {
  override readonly name: string = 'TicketError';
  readonly code: TicketErrorCode;

  constructor(code: TicketErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** An option has a value that can't be used. `ERR_TICKET_INVALID_OPTION` */
export class InvalidSaleOptionError extends TicketError {
  override readonly name = 'InvalidSaleOptionError';
  /** Name of the option. */
  readonly option: string;

  constructor(option: string, message: string) {
    super('ERR_TICKET_INVALID_OPTION', message);
    this.option = option;
  }
}

/** The database can't be used. `ERR_TICKET_DATABASE_MISSING`, `…_INVALID`, `…_READ` or `…_WRITE` */
export class DatabaseError extends TicketError {
  override readonly name = 'DatabaseError';
  /** Path of the database. */
  readonly file: string;

  constructor(
    code: Extract<TicketErrorCode, `ERR_TICKET_DATABASE_${string}`>,
    file: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(code, message, options);
    this.file = file;
  }
}

/** A buyer ended with an error, so the sale was stopped; its error is the `cause`. `ERR_TICKET_BUYER_FAILED` */
export class BuyerFailedError extends TicketError {
  override readonly name = 'BuyerFailedError';
  readonly buyer: string;
  /** Undefined when the process was never started. */
  readonly pid: number | undefined;

  constructor(buyer: string, pid: number | undefined, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(
      'ERR_TICKET_BUYER_FAILED',
      `${buyer}${pid === undefined ? '' : ` (pid ${pid})`} failed, and the sale was stopped: ${reason}`,
      { cause },
    );
    this.buyer = buyer;
    this.pid = pid;
  }
}

/** What a sale needs beside its database could not be set up; the reason is the `cause`. `ERR_TICKET_SALE_FAILED` */
export class SaleFailedError extends TicketError {
  override readonly name = 'SaleFailedError';

  constructor(message: string, cause: unknown) {
    super('ERR_TICKET_SALE_FAILED', message, { cause });
  }
}
