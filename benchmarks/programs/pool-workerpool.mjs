/** A worker of workerpool. */
import workerpool from 'workerpool';
import { echo } from './pool-tasks.mjs';

workerpool.worker({ echo });
