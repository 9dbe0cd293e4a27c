/** A worker of poolifier's thread pool. */
import { ThreadWorker } from 'poolifier';
import { echo } from './pool-tasks.mjs';

// oxlint-disable-next-line import/no-default-export
export default new ThreadWorker(echo);
