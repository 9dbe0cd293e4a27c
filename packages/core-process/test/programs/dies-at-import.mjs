/** Ends while it is imported, the way that its URL says. */
import { die } from './pool-tasks.mjs';

const how = new URL(import.meta.url).searchParams.get('how');
if (how === 'throw') throw new RangeError('this module does not want to be imported');
void die(how);

export const task = () => 'never';
