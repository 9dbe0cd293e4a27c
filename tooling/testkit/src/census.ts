/**
 * What a test file leaves behind fails it: processes, descriptors, files in /dev/shm.
 * A vitest setup file, so that every test file has it without asking.
 */
import { readdirSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect } from 'vitest';
import { childPids } from './process-table.ts';

interface Census {
  readonly processes: string[];
  readonly descriptors: string[];
  readonly sharedMemory: string[];
}

const onLinux = process.platform === 'linux';

// Descriptors that Node, vitest and vite open at a time of their own choosing.
const NOT_OURS = /^(anon_inode:|\/proc|\/dev\/(null|urandom)|.*\/node_modules\/|.*\.node$)/;

function takeCensus(): Census {
  const processes = childPids()
    .filter((row) => row.command !== 'esbuild')
    .map((row) => `${row.pid} ${row.command} (${row.state})`);
  const descriptors: string[] = [];
  for (const fd of readdirSync('/proc/self/fd')) {
    try {
      const target = readlinkSync(`/proc/self/fd/${fd}`);
      if (!NOT_OURS.test(target)) descriptors.push(`${fd} ${target}`);
    } catch (error) {
      // The descriptor of the listing itself is gone by now.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  return { processes, descriptors, sharedMemory: readdirSync('/dev/shm') };
}

function added(before: readonly string[], after: readonly string[]): string[] {
  return after.filter((entry) => !before.includes(entry));
}

let before: Census;

if (onLinux) {
  beforeAll(() => {
    before = takeCensus();
  });

  afterAll(async () => {
    let left: Census;
    // What is on its way out gets a moment; what stays is a leak.
    for (let tries = 0; ; tries++) {
      const now = takeCensus();
      left = {
        processes: added(before.processes, now.processes),
        descriptors: added(before.descriptors, now.descriptors),
        sharedMemory: added(before.sharedMemory, now.sharedMemory),
      };
      if (tries === 100 || Object.values(left).every((list) => list.length === 0)) break;
      await sleep(50);
    }
    expect(left, 'left behind by this test file').toEqual({
      processes: [],
      descriptors: [],
      sharedMemory: [],
    });
  }, 30_000);
}
