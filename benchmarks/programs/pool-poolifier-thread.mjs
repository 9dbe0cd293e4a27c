/** A worker of poolifier's thread pool. */
import { ThreadWorker } from 'poolifier';
import { echo } from './pool-tasks.mjs';

export default new ThreadWorker(echo);
