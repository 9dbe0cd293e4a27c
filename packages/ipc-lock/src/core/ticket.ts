/** Tickets go round: of two, the one that the other is less than half a round ahead of. */
export function isBefore(ticket: number, other: number): boolean {
  return ((ticket - other) | 0) < 0;
}
