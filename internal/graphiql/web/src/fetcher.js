import { withoutInternals } from './schema.js';

// fetcher sends an operation to /graphql on the origin of the page.
export async function fetcher({ query, variables, operationName }, { headers } = {}) {
  // After a change of tabs, GraphiQL can still pass the operation name of the
  // previous tab.
  const defines = new RegExp(`\\b(?:query|mutation|subscription)\\s+${operationName}\\b`);
  const name = defines.test(query) ? operationName : undefined;
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: {
      accept: 'application/graphql-response+json, application/json;q=0.9',
      'content-type': 'application/json',
      ...headers,
    },
    body: JSON.stringify({ query, variables, operationName: name }),
  });
  const text = await response.text();
  const result = parse(text);
  if (!result) {
    // A proxy may respond with something else than JSON.
    throw new Error(`HTTP ${response.status} ${response.statusText}: ${text.slice(0, 500)}`);
  }
  if (name === 'IntrospectionQuery' && result.data) {
    result.data.__schema = withoutInternals(result.data.__schema);
  }
  return result;
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
