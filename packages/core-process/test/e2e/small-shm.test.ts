/** A full /dev/shm: Docker gives 64 MB, other machines less. What finds no room in it goes by the stream. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('../programs/small-shm.mjs', import.meta.url));
const MOUNT = 'mount -t tmpfs -o size="$1",mode=1777 tmpfs /dev/shm && exec "$2" "$3"';

describe.skipIf(process.platform !== 'linux' || process.getuid?.() !== 0)(
  'a /dev/shm (skipped: only root on Linux can mount)',
  () => {
    it.each(['16k', '1m', '64m'])('of %s: messages up to 40 MB come through, and leave no memory', (size) => {
      const { stdout, stderr, status } = spawnSync(
        'unshare',
        ['-m', 'sh', '-c', MOUNT, 'sh', size, process.execPath, program],
        { encoding: 'utf8' },
      );
      expect({ stdout, stderr, status }).toEqual({
        stdout: '{"same":15,"got":5,"exitCode":0,"kept":0}\n',
        stderr: '',
        status: 0,
      });
    });
  },
);
