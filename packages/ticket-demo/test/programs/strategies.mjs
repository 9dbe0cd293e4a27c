/** Strategies of a reader's own, as modules that buyers import; most of them go wrong in one way. */
export const buy = (purchase) => purchase.takeTicket();

/** Right only if nobody is killed meanwhile; but it is plain, and shows that what is shared arrives. */
export const buyOnDay = async (purchase, shared) => {
  if (shared.day !== 'Monday') throw new Error(`closed on ${shared.day}`);
  return purchase.takeTicket();
};

/** Reads only after it has thought. */
export const buyHastily = (purchase) =>
  purchase.critical(async () => {
    await purchase.think();
    const seen = await purchase.read();
    return seen.tickets === 0 ? { ticket: null } : purchase.writeSale(seen);
  });

export const fail = async () => {
  throw Object.assign(new RangeError('the till is jammed'), { code: 'ERR_TILL' });
};

export const failForOne = async (purchase) => {
  if (purchase.buyer === 'buyer-2') throw new Error('the till is jammed');
  return new Promise(() => undefined);
};

/** Says that it has a ticket, and has none. */
export const lie = async () => ({ ticket: 1 });

export const sayNothing = async () => undefined;

/** Ends its process in the middle of everything. */
export const walkOut = async () => process.exit(3);

export const notAFunction = 42;
