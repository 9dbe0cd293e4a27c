/** What the owner of a fork server and the server say to each other, beside descriptors. */

export interface ServerConfig {
  /** URLs of the modules to load beforehand. */
  readonly modules: readonly string[];
  readonly argv: readonly string[];
  readonly ownerPid: number;
  readonly ownerName: string;
  readonly startedByMainThread: boolean;
}

/**
 * First words of the server in each answer; the second is a number, and of `unfit` the length of a text.
 *
 * | answer     | number                                     |
 * | ---------- | ------------------------------------------ |
 * | `loaded`   | 0: the modules are there                   |
 * | `unfit`    | length of the reason, which follows        |
 * | `template` | its pid, once the owner is its parent      |
 * | `started`  | the copy's pid                             |
 * | `refused`  | errno of the operating system              |
 */
export const ANSWERS = ['loaded', 'unfit', 'template', 'started', 'refused'] as const;
export type Answer = (typeof ANSWERS)[number];

export const ANSWER_BYTES = 8;

export function encodeAnswer(answer: Answer, value: number): Buffer {
  const bytes = Buffer.alloc(ANSWER_BYTES);
  bytes.writeInt32LE(ANSWERS.indexOf(answer), 0);
  bytes.writeInt32LE(value, 4);
  return bytes;
}

export function decodeAnswer(bytes: Buffer): { answer: Answer | undefined; value: number } {
  return { answer: ANSWERS[bytes.readInt32LE(0)], value: bytes.readInt32LE(4) };
}

/** Control, report, standard input, output and error: in this order they go to the server for each start. */
export const DESCRIPTORS_OF_A_START = 5;

/** A copy's first word on its report stream, before any message: its pid, to show that it works. */
export const HELLO_BYTES = 4;

/** Instead of a {@link BootMessage}: the copy shows that copies work on this machine. */
export const TRIAL = 'trial';
