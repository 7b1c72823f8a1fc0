// What errors mean to a reader. Code branches on the code of an error, never on its message.
import { noGraphQL, offline, type GraphError } from './api.ts';

// reasons continue the name of a provider.
const reasons: Record<string, string> = {
  UPSTREAM_TIMEOUT: 'did not respond in time',
  UPSTREAM_UNAVAILABLE: 'cannot be reached',
  UPSTREAM_CIRCUIT_OPEN: 'failed several times and is not called for a moment',
  UPSTREAM_RATE_LIMITED: 'limits the number of requests',
  UPSTREAM_UNAUTHENTICATED: 'rejects the credential, or needs one of your own',
  UPSTREAM_FORBIDDEN: 'does not show this to the credential of this server',
  UPSTREAM_BAD_RESPONSE: 'sent a response that cannot be read',
  UPSTREAM_TRUNCATED: 'could be read only in part',
  UPSTREAM_INDEXING: 'is being indexed; what is known already is shown',
  OVERLOADED: 'cannot be called now, because this server is overloaded',
};

// statements are of errors that belong to no provider.
const statements: Record<string, string> = {
  BUDGET_EXCEEDED: 'This needs more calls to a provider than one request may make. Try again: what was read is cached.',
  TIMEOUT: 'This took too long. Try again: what was read is cached.',
  OVERLOADED: 'The server is overloaded.',
  RATE_LIMITED: 'You have sent too many requests in a short time.',
  [offline]: 'The server does not respond.',
};

const transient = new Set([
  'UPSTREAM_TIMEOUT', 'UPSTREAM_UNAVAILABLE', 'UPSTREAM_CIRCUIT_OPEN', 'UPSTREAM_RATE_LIMITED', 'UPSTREAM_INDEXING',
  'OVERLOADED', 'RATE_LIMITED', 'BUDGET_EXCEEDED', 'TIMEOUT', offline, noGraphQL,
]);

// waiting are the codes of work that the server continues: the page asks again by itself.
const waiting = new Set(['UPSTREAM_INDEXING', 'OVERLOADED', 'RATE_LIMITED']);

export interface Problem {
  text: string;
  // retry is whether asking again can help; otherwise the operator has to act.
  retry: boolean;
}

const codeOf = (error: GraphError): string => error.extensions?.code ?? '';

// problemsOf returns each distinct problem once.
export function problemsOf(errors: GraphError[]): Problem[] {
  const problems = new Map<string, Problem>();
  for (const error of errors) {
    const text = textOf(error);
    problems.set(text, { text, retry: transient.has(codeOf(error)) });
  }
  return [...problems.values()];
}

function textOf(error: GraphError): string {
  const code = codeOf(error);
  const provider = error.extensions?.provider;
  if (provider && reasons[code]) return `${provider} ${reasons[code]}.`;
  if (code === 'FORBIDDEN') {
    const field = error.path?.findLast((part) => typeof part === 'string');
    return `Your access token does not allow reading ${field ? `“${field}”` : 'this'}.`;
  }
  const text = statements[code] ?? `${error.message.replace(/\.$/, '')}.`;
  return error.extensions?.requestId ? `${text} Request ${error.extensions.requestId}.` : text;
}

// retryAfter is the time in seconds after which to ask again, if the server continues to work
// on what is missing.
export function retryAfter(errors: GraphError[]): number | undefined {
  const waits = errors.filter((error) => waiting.has(codeOf(error))).map((error) => error.extensions?.retryAfter ?? 2);
  return waits.length > 0 ? Math.min(Math.max(...waits, 1), 60) : undefined;
}

export type Refusal = 'unauthenticated' | 'forbidden';

// refusalOf tells whether a response has nothing because of who asks.
export function refusalOf(data: object | null, errors: GraphError[]): Refusal | undefined {
  if (errors.some((error) => codeOf(error) === 'UNAUTHENTICATED')) return 'unauthenticated';
  const nothing = !data || Object.values(data).every((value) => value === null);
  if (nothing && errors.some((error) => codeOf(error) === 'FORBIDDEN')) return 'forbidden';
  return undefined;
}

// unread tells whether the value at a path is null because it could not be read.
export function unread(errors: GraphError[], ...path: (string | number)[]): boolean {
  return errors.some((error) => error.path && path.every((part, i) => error.path?.[i] === part));
}
