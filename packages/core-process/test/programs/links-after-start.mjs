/** Starts a process with its standard output on a pipe, then resolves a module that lies behind a link. */
import { realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Process } from 'core-process';

const require = createRequire(import.meta.url);
new Process({ target: new URL('./tasks.mjs#nothing', import.meta.url) }).start();
const resolved = require.resolve('koffi');
console.log(resolved === realpathSync.native(resolved));
