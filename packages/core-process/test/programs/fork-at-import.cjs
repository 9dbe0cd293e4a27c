/** Forks while it is imported, by a function that fork-from-native.mjs has made global. */
globalThis.fork('CommonJS');
globalThis.called('CommonJS');
module.exports = 'CommonJS';
