import { withoutInternals } from './schema.js';
import { session, update } from './session.js';

// recorded are the headers that request what the panel "Vendor calls" shows, each with its name
// in the extensions of the response.
const recorded = { 'accountgraph-trace': 'upstream', 'accountgraph-cost': 'cost' };

// fetcher sends an operation to /graphql on the origin of the page. It keeps the vendor calls
// and the cost for the panel, and removes them from the response unless the headers of the
// user request them.
export async function fetcher({ query, variables, operationName }, { headers = {} } = {}) {
  // After a change of tabs, GraphiQL can still pass the operation name of the
  // previous tab.
  const defines = new RegExp(`\\b(?:query|mutation|subscription)\\s+${operationName}\\b`);
  const name = defines.test(query) ? operationName : undefined;
  const own = Object.fromEntries(Object.entries(headers).map(([header, value]) => [header.toLowerCase(), value]));
  const { token, isRecording } = session();
  if (token && !own.authorization) own.authorization = `Bearer ${token}`;
  const isIntrospection = name === 'IntrospectionQuery';
  const added = isRecording && !isIntrospection ? Object.keys(recorded).filter((header) => own[header] === undefined) : [];
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: {
      accept: 'application/graphql-response+json, application/json;q=0.9',
      'content-type': 'application/json',
      ...Object.fromEntries(added.map((header) => [header, '1'])),
      ...own,
    },
    body: JSON.stringify({ query, variables, operationName: name }),
  });
  const text = await response.text();
  const result = parse(text);
  if (!result) {
    // A proxy may respond with something else than JSON.
    throw new Error(`HTTP ${response.status} ${response.statusText}: ${text.slice(0, 500)}`);
  }
  const refusal = response.status === 401 && (result.errors?.[0]?.message ?? response.statusText);
  update({ refused: refusal ? { message: refusal, hadToken: own.authorization !== undefined } : undefined });
  if (isIntrospection) {
    if (result.data) result.data.__schema = withoutInternals(result.data.__schema);
    return result;
  }
  if (isRecording) update({ last: { name, calls: result.extensions?.upstream, cost: result.extensions?.cost } });
  return without(result, added.map((header) => recorded[header]));
}

// without removes entries from the extensions of a response.
function without({ extensions = {}, ...result }, names) {
  const shown = Object.entries(extensions).filter(([name]) => !names.includes(name));
  return shown.length > 0 ? { ...result, extensions: Object.fromEntries(shown) } : result;
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
