/**
 * How many processes can really compute at the same time: what the affinity mask and the quota of the
 * control groups leave, not what the machine has.
 */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';

/** Where the kernel's files are looked for; a test gives others. */
export interface CpuCountSources {
  readonly procSelfCgroup: string;
  readonly cgroupRoot: string;
  readonly affinity: number;
}

/**
 * Number of CPUs that this process may use, at least 1.
 *
 * Honours the affinity mask (sched_setaffinity, taskset) and the quota of control groups, version 1 and 2
 * (`docker run --cpus`); a quota of one and a half CPUs counts as 2.
 *
 * @see sched_getaffinity(2); the kernel's Documentation/admin-guide/cgroup-v2.rst, cpu.max
 */
export function cpuCount(
  sources: CpuCountSources = {
    procSelfCgroup: '/proc/self/cgroup',
    cgroupRoot: '/sys/fs/cgroup',
    affinity: availableParallelism(),
  },
): number {
  const quota = Math.min(...cgroupQuotas(sources));
  return Math.max(1, Math.min(sources.affinity, Math.ceil(quota)));
}

/** Quotas in CPUs, of the process' own group and of all above it: the smallest counts. */
function cgroupQuotas({ procSelfCgroup, cgroupRoot }: CpuCountSources): number[] {
  const quotas = [Infinity];
  for (const line of readText(procSelfCgroup).split('\n')) {
    const [, controllers, ...rest] = line.split(':');
    const path = rest.join(':');
    if (controllers === undefined || path === '') continue;
    const isVersion2 = controllers === '';
    if (!isVersion2 && !controllers.split(',').includes('cpu')) continue;
    for (const group of withParents(path)) {
      for (const base of isVersion2
        ? [cgroupRoot]
        : [join(cgroupRoot, controllers), join(cgroupRoot, 'cpu')]) {
        const [quota, period] = isVersion2
          ? readText(join(base, group, 'cpu.max'))
              .trim()
              .split(' ')
          : [
              readText(join(base, group, 'cpu.cfs_quota_us')),
              readText(join(base, group, 'cpu.cfs_period_us')),
            ];
        // «max», -1 and what can't be read leave it without a limit.
        const cpus = Number(quota) / Number(period);
        if (cpus > 0 && Number.isFinite(cpus)) quotas.push(cpus);
      }
    }
  }
  return quotas;
}

function withParents(path: string): string[] {
  const groups = [path];
  for (let group = path; group !== '/' && group !== '.'; ) groups.push((group = dirname(group)));
  return groups;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // No such controller on this machine.
    return '';
  }
}
