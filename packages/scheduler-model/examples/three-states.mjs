import { writeFileSync } from 'node:fs';
import { cpu, createSimulation, io, renderStateDiagramSvg, roundRobin } from 'scheduler-model';

const simulation = createSimulation(
  [
    { name: 'editor', script: [cpu(2), io(4), cpu(1), io(3), cpu(2)] },
    { name: 'compiler', script: [cpu(8)] },
  ],
  { policy: roundRobin({ quantum: 3 }) },
);

while (simulation.step()) {
  const states = simulation.processes.map(({ name, state }) => `${name} ${state}`);
  console.log(`${String(simulation.time).padStart(3)}  ${states.join(', ')}`);
}
writeFileSync('three-states.svg', renderStateDiagramSvg(simulation.result()));
