// A tab that is selected before the editors have loaded.
import { useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { useEffect } from 'react';

// Selected writes the selected tab into the editors when they have loaded: GraphiQL creates them
// with the values of the tab that was selected first.
export function Selected() {
  const isLoaded = useGraphiQL((state) => Boolean(state.queryEditor && state.variableEditor && state.headerEditor && state.responseEditor));
  const index = useGraphiQL((state) => state.activeTabIndex);
  const { changeTab } = useGraphiQLActions();
  useEffect(() => {
    if (isLoaded) changeTab(index);
    // A later change of tabs is GraphiQL's.
  }, [isLoaded]);
  return null;
}
