// Sends operations to /graphql on the origin of the page.
import type { TypedDocumentString } from './operations.ts';
import { credentialHeaders } from './session.ts';

export interface GraphError {
  message: string;
  path?: (string | number)[];
  extensions?: { code?: string; provider?: string; retryAfter?: number; requestId?: string };
}

// Response is what an operation returned. `data` is null if it was not executed, or if
// nothing could be read; `errors` says why. Both can be there.
export interface Response<Data> {
  data: Data | null;
  errors: GraphError[];
}

// Failures of requests that have no response in GraphQL.
export const offline = 'OFFLINE';
export const noGraphQL = 'NO_GRAPHQL';

const failed = (code: string, message: string) => ({ data: null, errors: [{ message, extensions: { code } }] });

export async function send<Data, Variables>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
  signal?: AbortSignal,
): Promise<Response<Data>> {
  const headers = {
    ...credentialHeaders(),
    accept: 'application/graphql-response+json',
    'content-type': 'application/json',
  };
  let response: globalThis.Response;
  try {
    response = await fetch('/graphql', {
      method: 'POST',
      headers,
      body: JSON.stringify({ query: document.toString(), variables }),
      // Cookies are for a proxy before the server. A proxy that redirects to a page for
      // signing in must not lead this request to another host.
      credentials: 'same-origin',
      redirect: 'error',
      signal: signal ?? null,
    });
  } catch (problem) {
    if (signal?.aborted) throw problem;
    return failed(offline, 'The server does not respond.');
  }
  const body = await response.json().catch(() => undefined);
  if (!body || (!body.data && !body.errors)) {
    return failed(noGraphQL, `The server responded with HTTP ${response.status}, which is no response in GraphQL.`);
  }
  const errors: GraphError[] = body.errors ?? [];
  const wait = Number(response.headers.get('retry-after'));
  if (!body.data && wait > 0) {
    for (const error of errors) error.extensions = { retryAfter: wait, ...error.extensions };
  }
  return { data: body.data ?? null, errors };
}
