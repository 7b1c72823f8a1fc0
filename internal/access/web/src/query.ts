// useOperation: an operation as the state of a component.
import { useCallback, useEffect, useState } from 'preact/hooks';
import { send, type GraphError, type Response } from './api.ts';
import type { TypedDocumentString } from './operations.ts';
import { retryAfter } from './problems.ts';
import { useCredentials } from './session.ts';

// fresh is how long a cached response is shown without asking again, in milliseconds.
const fresh = 30_000;

// A response of stale data is asked for again: by then the server has revalidated it.
const refreshDelay = 3_000;
const maxRefreshes = 3;

interface Freshness {
  freshness?: { stale: boolean } | null;
}

// isStale looks at the lists of an operation, at its root or in the object at its root.
function isStale(data: unknown): boolean {
  return Object.values(data ?? {}).some((field: (Freshness & { memberships?: Freshness }) | null) =>
    Boolean(field?.freshness?.stale ?? field?.memberships?.freshness?.stale),
  );
}

interface Entry {
  response: Response<unknown>;
  at: number;
}

// responses has the latest response of each operation, so that the back button shows a page at
// once. Its key is the text of the operation, the variables, which include filter, order and
// cursor, and the credentials: another caller may see something else.
const responses = new Map<string, Entry>();
const maxResponses = 100;

function keep(key: string, entry: Entry): void {
  responses.delete(key);
  responses.set(key, entry);
  for (const oldest of responses.keys()) {
    if (responses.size <= maxResponses) return;
    responses.delete(oldest);
  }
}

const listeners = new Set<(document: unknown) => void>();

// onResponse calls a function after each response, until the returned function is called.
export function onResponse(listener: (document: unknown) => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

export interface Result<Data> {
  // data is that of other variables while `loading` is true and no response is cached.
  data: Data | null;
  errors: GraphError[];
  loading: boolean;
  // retrying is true if the operation is sent again soon without anybody's doing.
  retrying: boolean;
  reload: () => void;
}

export function useOperation<Data, Variables>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
): Result<Data> {
  const credentials = useCredentials();
  const key = JSON.stringify([document.toString(), variables, credentials]);
  const [round, setRound] = useState(0);
  const [state, setState] = useState<{ key: string; entry: Entry | undefined; loading: boolean }>();

  useEffect(() => {
    const controller = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const load = async () => {
      setState((last) => ({ key, entry: responses.get(key) ?? last?.entry, loading: true }));
      const response = await send(document, variables, controller.signal);
      if (controller.signal.aborted) return;
      const entry = { response, at: Date.now() };
      keep(key, entry);
      setState({ key, entry, loading: false });
      schedule(entry);
      listeners.forEach((listener) => listener(document));
    };
    const start = () => void load().catch((problem) => {
      if (!controller.signal.aborted) throw problem;
    });
    let refreshes = 0;
    const schedule = ({ response }: Entry) => {
      const wait = retryAfter(response.errors);
      if (wait) timer = setTimeout(start, wait * 1000);
      else if (isStale(response.data) && refreshes++ < maxRefreshes) timer = setTimeout(start, refreshDelay);
    };
    const cached = responses.get(key);
    if (cached && round === 0 && cached.response.errors.length === 0 && Date.now() - cached.at < fresh) {
      setState({ key, entry: cached, loading: false });
    } else {
      start();
    }
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
    // `key` stands for document, variables and credentials.
  }, [key, round]);

  const reload = useCallback(() => setRound((n) => n + 1), []);
  const current = state?.key === key ? state : { entry: responses.get(key) ?? state?.entry, loading: true };
  const errors = current.entry?.response.errors ?? [];
  return {
    data: (current.entry?.response.data ?? null) as Data | null,
    errors,
    loading: current.loading,
    retrying: retryAfter(errors) !== undefined,
    reload,
  };
}
