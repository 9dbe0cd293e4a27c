/** Run by itself, or called in a child: it does nothing. */
export function nothing() {}
