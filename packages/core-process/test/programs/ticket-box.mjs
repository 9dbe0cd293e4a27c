/** A class that tells how to be built again in another process. */
export class TicketBox {
  constructor(tickets) {
    this.tickets = tickets;
  }
  take() {
    return this.tickets.pop();
  }
  [Symbol.for('core-process.handover')]() {
    return { module: import.meta.url, export: 'rebuildBox', data: this.tickets };
  }
}
export const rebuildBox = (tickets) => new TicketBox([...tickets, process.pid]);
/**
 * @param {{ boxes: TicketBox[], map: Map<string, TicketBox> }} all
 * @param {unknown} again
 */
export function takeFrom({ boxes, map }, again) {
  const [first, second] = boxes;
  return {
    isBox: first instanceof TicketBox,
    isSame: first === second && again === first && map.get('box') === first,
    taken: first.take(),
    back: first,
  };
}
export const brokenBox = {
  [Symbol.for('core-process.handover')]: () => ({ module: import.meta.url, export: 'nothingThere', data: 1 }),
};
