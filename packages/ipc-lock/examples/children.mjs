import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Semaphore, Value } from 'ipc-lock';

const key = Symbol.for('core-process.handover');

if (process.argv[2] !== 'child') {
  // Without a name: only those who are handed them have them. core-process hands them over by itself.
  const desks = new Semaphore(2);
  const served = new Value('int32', 0);
  const handovers = JSON.stringify([desks[key](), served[key]()]);
  const children = [1, 2, 3, 4].map(() => fork(fileURLToPath(import.meta.url), ['child', handovers]));
  await Promise.all(children.map((child) => new Promise((resolve) => child.on('exit', resolve))));
  console.log(`${served.value} served, ${desks.value} desks free`);
} else {
  const [desks, served] = await Promise.all(
    JSON.parse(process.argv[3]).map(async ({ module, export: name, data }) =>
      (await import(module))[name](data),
    ),
  );
  for (let customer = 0; customer < 25; customer++) {
    await desks.run(() => served.add(1));
  }
}
