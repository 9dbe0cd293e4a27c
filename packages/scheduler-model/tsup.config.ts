import { nodeLibrary } from '@tooling/tsup-preset';

// Browsers too: nothing here may come to depend on Node.
export default nodeLibrary({ platform: 'neutral' });
