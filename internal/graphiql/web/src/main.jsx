import './workers.js';
import './style.css';
import { DOC_EXPLORER_PLUGIN } from '@graphiql/plugin-doc-explorer';
import { explorerPlugin } from '@graphiql/plugin-explorer';
import { HISTORY_PLUGIN } from '@graphiql/plugin-history';
import { GraphiQL } from 'graphiql';
import { createRoot } from 'react-dom/client';
import { fetcher } from './fetcher.js';
import { rememberIn } from './storage.js';
import { headers, tabs } from './tabs.js';

// How much of the next pane's size a pane has at first: the docs narrow, the
// query high above its headers.
const initial = {
  'graphiql:docExplorerFlex': '0.25',
  'graphiql:secondaryEditorFlex': '5',
};

createRoot(document.getElementById('graphiql')).render(
  <GraphiQL
    defaultEditorToolsVisibility="headers"
    defaultHeaders={headers}
    defaultTabs={tabs}
    fetcher={fetcher}
    plugins={[HISTORY_PLUGIN, explorerPlugin()]}
    shouldPersistHeaders={false}
    showPersistHeadersSettings={false}
    storage={rememberIn(localStorage, initial)}
    visiblePlugin={DOC_EXPLORER_PLUGIN}
  >
    <GraphiQL.Logo>accountgraph</GraphiQL.Logo>
  </GraphiQL>,
);
