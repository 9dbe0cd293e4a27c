/** A buyer that knows nothing of this package; run under flock(1), which has the lock for it. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';

const [file, buyer] = process.argv.slice(2);
const content = JSON.parse(readFileSync(file, 'utf8'));
if (content.tickets > 0) {
  const ticket = Math.max(0, ...content.sales.map((sale) => sale.ticket)) + 1;
  content.tickets--;
  content.sales.push({ ticket, buyer });
  writeFileSync(`${file}.${process.pid}`, JSON.stringify(content));
  renameSync(`${file}.${process.pid}`, file);
}
