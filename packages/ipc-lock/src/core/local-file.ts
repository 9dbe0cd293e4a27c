/**
 * The queue of this process for each file, whatever path it was opened by.
 *
 * The operating system would keep two descriptors of one process apart too, but in no order, and it can't tell a
 * wait that blocks this thread that it waits for this thread.
 */
import { LocalQueue } from './local-queue.js';

export class LocalFile extends LocalQueue {
  readonly key: string;
  /** Waits and grants that use this entry. */
  users = 0;

  constructor(key: string) {
    super();
    this.key = key;
  }
}

const files = new Map<string, LocalFile>();

/** The entry of a file, by {@link OpenFile.key}; to be given back. */
export function borrowLocalFile(key: string): LocalFile {
  let file = files.get(key);
  if (file === undefined) files.set(key, (file = new LocalFile(key)));
  file.users++;
  return file;
}

export function giveBackLocalFile(file: LocalFile): void {
  if (--file.users === 0) files.delete(file.key);
}
