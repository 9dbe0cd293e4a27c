/** Forks while standard input, a file, is being read; the copy reads on, from where both have come to. */
import { Process } from 'core-process';

let bytes = 0;
const child = await new Promise((resolve) => {
  process.stdin.on('data', (data) => {
    if (bytes === 0) {
      const target = async () => {
        let rest = 0;
        for await (const chunk of process.stdin) rest += chunk.length;
        return rest;
      };
      resolve(new Process({ startMethod: 'fork', target }).start());
      process.stdin.pause();
    }
    bytes += data.length;
  });
});
const rest = await child.result;
process.stdin.resume();
process.stdin.on('end', () => console.log(JSON.stringify([bytes, rest])));
