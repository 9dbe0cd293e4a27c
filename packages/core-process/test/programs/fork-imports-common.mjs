/** ESM that imports CommonJS, which forks while it is imported. */
import './fork-at-import.cjs';

globalThis.called('importer of CommonJS');
await undefined;
globalThis.called('importer of CommonJS, later');
