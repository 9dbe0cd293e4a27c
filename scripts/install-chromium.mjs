/**
 * The browser that tests of the lab's page need. Installed by apt-get where there is none and that can be done;
 * otherwise those tests are skipped and say why, so this never fails.
 */
import { spawnSync } from 'node:child_process';

const has = (command) => spawnSync('sh', ['-c', `command -v ${command}`]).status === 0;
const found = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'].find(has);

if (process.env.CHROMIUM !== undefined || found !== undefined) {
  console.log(`  \u2713 ${process.env.CHROMIUM ?? found}`);
} else if (!has('apt-get') || process.getuid?.() !== 0) {
  console.log('  No Chromium, and no apt-get that could install it: tests in a browser are skipped.');
} else {
  const run = (...args) =>
    spawnSync('apt-get', args, {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    }).status === 0;
  // Chinese is looked at, too: without a font for it, screenshots show empty boxes.
  const packages = ['chromium', 'fonts-wqy-microhei'];
  const isThere = run('update', '-qq') && run('install', '-y', '-qq', '--no-install-recommends', ...packages);
  console.log(
    isThere
      ? '  \u2713 chromium, by apt-get'
      : '  Chromium could not be installed: tests in a browser are skipped.',
  );
}
