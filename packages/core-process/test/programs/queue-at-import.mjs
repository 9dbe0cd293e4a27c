/** Uses a queue while it is imported, without top-level await: it can be required, too. */
import { Queue } from 'core-process';

const queue = new Queue();
queue.putSync('knock knock');
export const answer = queue.getSync({ timeout: 60_000 });
queue.close();
