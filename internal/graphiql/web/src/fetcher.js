import { withoutInternals } from './schema.js';

// Sends an operation to the server that served this page, and nowhere else.
export async function fetcher({ query, variables, operationName }, { headers } = {}) {
  // Just after a change of tabs, GraphiQL still names the operation of the tab
  // before.
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
  const answer = parse(text);
  if (!answer) {
    // A proxy in between may answer in its own words.
    throw new Error(`HTTP ${response.status} ${response.statusText}: ${text.slice(0, 500)}`);
  }
  if (name === 'IntrospectionQuery' && answer.data) {
    answer.data.__schema = withoutInternals(answer.data.__schema);
  }
  return answer;
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
