import { readdirSync, readFileSync } from 'node:fs';

interface ProcessRow {
  readonly pid: number;
  readonly ppid: number;
  readonly state: string;
  readonly command: string;
}

/** Reads one row of /proc; undefined when there is no such process. */
function readRow(pid: number): ProcessRow | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
  // The command may hold spaces and brackets: fields start after its last bracket.
  const end = stat.lastIndexOf(')');
  const [state = '', ppid = ''] = stat.slice(end + 2).split(' ');
  return { pid, ppid: Number(ppid), state, command: stat.slice(stat.indexOf('(') + 1, end) };
}

/** State letter of a process as the kernel gives it ('R', 'S', 'D', 'Z', 'T'), or undefined. */
export function processState(pid: number): string | undefined {
  return readRow(pid)?.state;
}

/** A process has the name of its main thread: node, on Node 24 MainThread, on Node 26 node-MainThread. */
export function runsNode({ command }: ProcessRow): boolean {
  return /^node|MainThread$/.test(command);
}

/** Every living or zombie descendant of `root`, by one look at /proc. */
export function childPids(root: number = process.pid): ProcessRow[] {
  const rows = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => readRow(Number(name)))
    .filter((row) => row !== undefined);
  const found: ProcessRow[] = [];
  const parents = [root];
  for (let parent = parents.pop(); parent !== undefined; parent = parents.pop()) {
    for (const row of rows) {
      if (row.ppid !== parent) continue;
      found.push(row);
      parents.push(row.pid);
    }
  }
  return found;
}
