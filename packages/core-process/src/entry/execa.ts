/**
 * execa in one CommonJS file, required by the first start.
 *
 * Its hundred modules on disk cost that start 60 ms, and tsx, which turns required ES modules into
 * CommonJS, can't resolve what they import.
 */
export { execa } from 'execa';
