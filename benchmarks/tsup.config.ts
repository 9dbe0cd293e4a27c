import { readdirSync } from 'node:fs';
import { nodeLibrary } from '@tooling/tsup-preset';

export default nodeLibrary({
  entry: Object.fromEntries(
    readdirSync('src/benches').map((file) => [file.replace(/\.ts$/, ''), `src/benches/${file}`]),
  ),
  dts: false,
});
