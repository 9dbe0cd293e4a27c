/**
 * Takes and releases without pause until it is killed. `node worker.mjs SCENARIO INCARNATION STAGE OBJECT`,
 * the last two as JSON addresses.
 */
import { rebuild } from './rebuild.mjs';
import { scenarios } from './scenarios.mjs';
import { Stage } from './stage.mjs';

const [scenario, incarnation, stage, object] = process.argv.slice(2);
await scenarios[scenario].work(await rebuild(object), new Stage(await rebuild(stage)), Number(incarnation));
