/**
 * Takes and releases without pause until it is killed. `node worker.mjs SCENARIO BACK-END INCARNATION STAGE OBJECT`,
 * the last two as JSON addresses.
 */
import { chooseBackEnd, rebuild } from './rebuild.mjs';
import { scenarios } from './scenarios.mjs';
import { Stage } from './stage.mjs';

const [scenario, backEnd, incarnation, stageAddress, address] = process.argv.slice(2);
const stage = new Stage(await rebuild(stageAddress));
chooseBackEnd(backEnd);
await scenarios[scenario].work(await rebuild(address), stage, Number(incarnation));
