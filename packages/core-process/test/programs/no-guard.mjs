import { Process } from 'core-process';
export function task() {}
const p = new Process({ target: task });
p.start();
await p.join();
console.log(JSON.stringify(p.exit));
