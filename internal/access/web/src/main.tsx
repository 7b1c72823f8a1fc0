import './style.css';
import { render } from 'preact';
import { App } from './app.tsx';
import { setTheme, theme } from './session.ts';

setTheme(theme());
render(<App />, document.getElementById('page')!);
