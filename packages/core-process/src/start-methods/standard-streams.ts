/** Which of its standard streams this process still has. */
import { fstatSync } from 'node:fs';

/** False for a standard stream that this process has closed. */
export function isOpen(fd: number): boolean {
  try {
    // With bigints: Node 20 keeps the other kind of answer, and after one about a pipe resolves no links any more.
    fstatSync(fd, { bigint: true });
    return true;
  } catch {
    return false;
  }
}
