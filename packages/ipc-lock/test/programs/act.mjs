/**
 * Does with an object what it is told to. `node act.mjs ADDRESS`; each line of stdin is JSON `[id, method, …args]`,
 * each answer a line `ID JSON`. What has a `release` is kept, and `letGo` releases the oldest that is kept.
 */
import { createInterface } from 'node:readline';

const { module, export: name, data } = JSON.parse(process.argv[2]);
const object = (await import(module))[name](data);
const kept = [];

async function act(method, args) {
  if (method === 'letGo') return kept.shift().release();
  if (method === 'get') return object[args[0]];
  const value = await object[method](...args);
  if (typeof value?.release !== 'function') return value;
  kept.push(value);
  const { abandoned, token } = value;
  return { token: Number(token), abandoned: abandoned && { ...abandoned, token: Number(abandoned.token) } };
}

console.log('ready');
for await (const line of createInterface(process.stdin)) {
  const [id, method, ...args] = JSON.parse(line);
  console.log(`asked ${id}`);
  void act(method, args).then(
    (value) => console.log(`${id} ${JSON.stringify({ value })}`),
    (error) => console.log(`${id} ${JSON.stringify({ code: error.code ?? String(error), pid: error.pid })}`),
  );
}
