/** ESM that imports CommonJS, which forks while it is imported. */
import common from './fork-at-import.cjs';

globalThis.called(`importer of ${common}`);
await Promise.resolve();
globalThis.called('importer of CommonJS, later');
