/** The descriptors of a child that is a copy: its ends, in the order in which they are handed over, and ours. */
import { closeDescriptors, openNull, socketPair } from '../os/descriptors.js';
import { isOpen } from './standard-streams.js';
import type { StdioMode } from './start-method.js';

/** Our ends, by what the child does with theirs. */
export interface OurEnds {
  readonly control: number;
  readonly report: number;
  readonly stdout: number | undefined;
  readonly stderr: number | undefined;
}

export interface ChildEnds {
  readonly ours: OurEnds;
  /** Control, report, standard input, output and error. */
  readonly theirs: readonly number[];
  /** Once the child has theirs. */
  closeTheirs(): void;
  closeOurs(): void;
}

export function openChildEnds(stdio: StdioMode): ChildEnds {
  const opened: number[] = [];
  const keep = (fd: number) => {
    opened.push(fd);
    return fd;
  };
  const mine: number[] = [];
  const pair = () => {
    const [ours, theirs] = socketPair();
    mine.push(ours);
    return [ours, keep(theirs)] as const;
  };
  try {
    const control = pair();
    const report = pair();
    const nothing = keep(openNull());
    const out = stdio === 'pipe' ? pair() : undefined;
    const error = stdio === 'pipe' ? pair() : undefined;
    const standard = [0, 1, 2].map((fd) => (stdio === 'inherit' && isOpen(fd) ? fd : nothing));
    return {
      ours: { control: control[0], report: report[0], stdout: out?.[0], stderr: error?.[0] },
      theirs: [
        control[1],
        report[1],
        standard[0] as number,
        out?.[1] ?? (standard[1] as number),
        error?.[1] ?? (standard[2] as number),
      ],
      closeTheirs: () => closeDescriptors(opened),
      closeOurs: () => closeDescriptors(mine),
    };
  } catch (error) {
    closeDescriptors([...opened, ...mine]);
    throw error;
  }
}
