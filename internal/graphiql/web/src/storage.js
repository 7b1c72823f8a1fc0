// The storage of the page: tabs, history, sizes of panes, theme. It does not store
// headers, because they have tokens. GraphiQL has an option to keep headers out of
// stored tabs, but stores them in the history.
//
// The prefix separates this page from other GraphiQL pages of the same origin, which
// on localhost are frequent.
const prefix = 'accountgraph/';

const withHeaders = ['graphiql:tabState', 'graphiql:queries', 'graphiql:favorites'];

// prefixedStorage wraps a Storage, such as localStorage. `initial` has the values of
// keys that are not stored.
export function prefixedStorage(storage, initial) {
  const keys = () => Object.keys(storage).filter((key) => key.startsWith(prefix));
  return {
    get length() {
      return keys().length;
    },
    getItem(key) {
      return storage.getItem(prefix + key) ?? initial[key] ?? null;
    },
    setItem(key, value) {
      if (key === 'graphiql:headers') return;
      storage.setItem(prefix + key, withHeaders.includes(key) ? withoutHeaders(value) : value);
    },
    removeItem(key) {
      storage.removeItem(prefix + key);
    },
    clear() {
      keys().forEach((key) => storage.removeItem(key));
    },
  };
}

function withoutHeaders(json) {
  return JSON.stringify(JSON.parse(json, (key, value) => (key === 'headers' ? null : value)));
}
