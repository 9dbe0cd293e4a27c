/**
 * Folders for a measurement. One that is killed can't remove its own: whoever makes the next removes those whose
 * process is not there any more.
 */
import { mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const NAME = /^playground-(\d+)-/;

/** A new, empty folder, whose path has no links in it. */
export function makeTemporaryFolder(): string {
  const parent = realpathSync(tmpdir());
  removeLeftovers(parent);
  return mkdtempSync(join(parent, `playground-${process.pid}-`));
}

function removeLeftovers(parent: string): void {
  for (const name of readdirSync(parent)) {
    const pid = NAME.exec(name)?.[1];
    if (pid === undefined || isThere(Number(pid))) continue;
    try {
      rmSync(join(parent, name), { recursive: true, force: true });
    } catch (error) {
      // Another user's, whose processes we may not see.
      if (!['EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
