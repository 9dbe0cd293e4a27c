import './styles/tokens.css';
import './styles/base.css';
import './styles/shell.css';
import './styles/timeline.css';
import './styles/parts.css';
import { render } from 'preact';
import { open } from './lab-client.js';
import { Shell } from './shell/shell.js';

open();
render(<Shell />, document.getElementById('app') as HTMLElement);
