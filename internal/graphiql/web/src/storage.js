// What the page remembers between visits: tabs, history, the sizes of panes,
// the theme; never a header, since headers carry tokens. GraphiQL itself leaves
// headers out of its tabs when told to, but its history keeps them.
//
// The prefix keeps this page apart from other GraphiQLs of the same origin: on
// localhost, many come and go.
const prefix = 'accountgraph/';

const withHeaders = ['graphiql:tabState', 'graphiql:queries', 'graphiql:favorites'];

// rememberIn wraps a Storage, such as localStorage. What was never stored is
// taken from `initial`.
export function rememberIn(storage, initial) {
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
      storage.setItem(prefix + key, withHeaders.includes(key) ? headless(value) : value);
    },
    removeItem(key) {
      storage.removeItem(prefix + key);
    },
    clear() {
      keys().forEach((key) => storage.removeItem(key));
    },
  };
}

function headless(json) {
  return JSON.stringify(JSON.parse(json, (key, value) => (key === 'headers' ? null : value)));
}
