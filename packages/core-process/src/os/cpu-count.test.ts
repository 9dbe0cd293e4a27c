import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { temporaryFolder } from '@tooling/testkit';
import { describe, expect, it } from 'vitest';
import { cpuCount } from './cpu-count.js';

/** Control-group files as the kernel lays them out. */
function machine(affinity: number, cgroup: string, files: Record<string, string>) {
  const folder = temporaryFolder();
  const cgroupRoot = join(folder, 'cgroup');
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(cgroupRoot, name)), { recursive: true });
    writeFileSync(join(cgroupRoot, name), text);
  }
  const procSelfCgroup = join(folder, 'self');
  writeFileSync(procSelfCgroup, cgroup);
  return { procSelfCgroup, cgroupRoot, affinity };
}

describe('cpuCount', () => {
  it.each([
    ['no quota', 8, '0::/a\n', { 'a/cpu.max': 'max 100000\n' }, 8],
    ['a quota of its own group', 8, '0::/a\n', { 'a/cpu.max': '200000 100000\n' }, 2],
    ['one and a half counts as two', 8, '0::/a\n', { 'a/cpu.max': '150000 100000\n' }, 2],
    ['less than one counts as one', 8, '0::/a\n', { 'a/cpu.max': '10000 100000\n' }, 1],
    [
      'a group above it',
      8,
      '0::/a/b\n',
      { 'a/cpu.max': '300000 100000\n', 'a/b/cpu.max': 'max 100000\n' },
      3,
    ],
    ['affinity is smaller', 1, '0::/a\n', { 'a/cpu.max': '400000 100000\n' }, 1],
    [
      'version 1',
      8,
      '4:cpu,cpuacct:/a\n1:name=systemd:/\n',
      { 'cpu/a/cpu.cfs_quota_us': '250000\n', 'cpu/a/cpu.cfs_period_us': '100000\n' },
      3,
    ],
    [
      'version 1, no quota',
      8,
      '4:cpu:/a\n',
      { 'cpu/a/cpu.cfs_quota_us': '-1\n', 'cpu/a/cpu.cfs_period_us': '100000\n' },
      8,
    ],
    ['no files at all', 4, '', {}, 4],
    ['noise', 4, '\u0000:::\nx', { 'cpu.max': 'noise' }, 4],
  ] as const)('%s', (_title, affinity, cgroup, files, expected) => {
    expect(cpuCount(machine(affinity, cgroup, files))).toBe(expected);
  });
});
