/**
 * What the maker of a queue and the others say to each other: a byte for the kind, a number, and perhaps an item.
 *
 * | to the maker | number     | meaning                                          |
 * | ------------ | ---------- | ------------------------------------------------ |
 * | `put`        | request    | an item; answered when it has a place            |
 * | `offer`      | –          | an item for a queue without bounds; not answered |
 * | `cancelPut`  | request    | the put gave up; it is answered all the same     |
 * | `want`       | –          | a get() waits                                    |
 * | `unwant`     | –          | a get() gave up                                  |
 * | `confirm`    | delivery   | all up to that one were taken, or given back     |
 * | `giveBack`   | item       | it is not needed now                             |
 * | `tryGet`     | request    | answered with `item` or `nothing`                |
 * | `size`       | request    | answered with `count`                            |
 * | `done`       | request    | taskDone()                                       |
 * | `join`       | request    | answered when all is done                        |
 * | `ring`       | –          | here is memory for rings: its path as text       |
 * | `switch`     | –          | all that follows comes through the rings         |
 *
 * | from it      | number     | meaning                                          |
 * | ------------ | ---------- | ------------------------------------------------ |
 * | `item`       | item       | the item                                         |
 * | `found`      | request    | the next message is the item that tryGet takes   |
 * | `ok`         | request    |                                                  |
 * | `nothing`    | request    | no: nothing there, or put cancelled, or not done |
 * | `count`      | request    | a number as text                                 |
 * | `recall`     | –          | give back what is not needed                     |
 * | `closed`     | –          | the queue was closed by its maker                |
 * | `ringOk`     | –          | all that follows comes through the rings         |
 */
export const ToMaker = {
  put: 1,
  offer: 2,
  cancelPut: 3,
  want: 4,
  unwant: 5,
  confirm: 6,
  giveBack: 7,
  tryGet: 8,
  size: 9,
  done: 10,
  join: 11,
  ring: 12,
  switch: 13,
} as const;

export const FromMaker = {
  item: 1,
  found: 2,
  ok: 3,
  nothing: 4,
  count: 5,
  recall: 6,
  closed: 7,
  ringOk: 8,
} as const;

export const QUEUE_HEADER_BYTES = 5;

export function queueMessage(kind: number, number: number, body?: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(QUEUE_HEADER_BYTES + (body?.byteLength ?? 0));
  bytes[0] = kind;
  bytes.writeUInt32LE(number, 1);
  if (body !== undefined) bytes.set(body, QUEUE_HEADER_BYTES);
  return bytes;
}

export function readQueueMessage(bytes: Buffer): { kind: number; number: number; body: Buffer } {
  return {
    kind: bytes[0] as number,
    number: bytes.readUInt32LE(1),
    body: bytes.subarray(QUEUE_HEADER_BYTES),
  };
}
