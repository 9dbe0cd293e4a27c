import { nodeLibrary } from '@tooling/tsup-preset';

export default nodeLibrary();
