/** Where the page begins. */
import { render } from 'preact';
import { open } from './lab-client.js';
import { Shell } from './shell/shell.js';

open();
render(<Shell />, document.getElementById('app') as HTMLElement);
