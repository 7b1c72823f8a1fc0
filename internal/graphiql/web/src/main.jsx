import './workers.js';
import './style.css';
import { DOC_EXPLORER_PLUGIN } from '@graphiql/plugin-doc-explorer';
import { explorerPlugin } from '@graphiql/plugin-explorer';
import { HISTORY_PLUGIN } from '@graphiql/plugin-history';
import { GraphiQL } from 'graphiql';
import { createRoot } from 'react-dom/client';
import { CALLS_PLUGIN, Summary } from './calls.jsx';
import { fetcher } from './fetcher.js';
import { Selected } from './selected.js';
import { SignIn } from './signin.jsx';
import { prefixedStorage } from './storage.js';
import { tabs } from './tabs.js';

// The initial size of panes, relative to the next pane: a narrow documentation, and
// a query editor that is higher than the headers.
const initial = {
  'graphiql:docExplorerFlex': '0.25',
  'graphiql:secondaryEditorFlex': '5',
};

createRoot(document.getElementById('graphiql')).render(
  <GraphiQL
    defaultEditorToolsVisibility={false}
    defaultTabs={tabs}
    fetcher={fetcher}
    plugins={[HISTORY_PLUGIN, explorerPlugin(), CALLS_PLUGIN]}
    shouldPersistHeaders={false}
    showPersistHeadersSettings={false}
    storage={prefixedStorage(localStorage, initial)}
    visiblePlugin={DOC_EXPLORER_PLUGIN}
  >
    <GraphiQL.Logo>
      <a className="graphiql-logo-link" href="/graphql">
        accountgraph
      </a>
    </GraphiQL.Logo>
    <GraphiQL.Footer>
      <Summary />
    </GraphiQL.Footer>
    <SignIn />
    <Selected />
  </GraphiQL>,
);
