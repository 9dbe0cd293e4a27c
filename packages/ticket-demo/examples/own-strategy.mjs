import { compareStrategies, renderComparison } from 'ticket-demo';
import { hasty } from './hasty.mjs';

const reports = await compareStrategies({ strategies: ['none', hasty, 'lock'], seed: 7 });
console.log(renderComparison(reports));
