/** Some command lines never end: then the figures are those up to here. */
export const MAX_EVENTS = 10_000_000;
