/** Where objects that came from another process are built again. Named by their `Symbol.for('core-process.handover')`. */
export { rebuildConnection as connection } from '../messaging/connection.js';
export { rebuildJoinableQueue as joinableQueue, rebuildQueue as queue } from '../messaging/queue.js';
