// What a page says instead of data, or about data that is not all there.
import { useId, useState } from 'preact/hooks';
import type { GraphError } from '../api.ts';
import { timeOfDay } from '../format.ts';
import { problemsOf, type Refusal } from '../problems.ts';
import { headers, setCredentials, token } from '../session.ts';
import { Icon } from './icons.tsx';

interface IncompleteProps {
  // title says what is not certain.
  title: string;
  errors: GraphError[];
  // consequence says what follows for the reader.
  consequence: string;
  // loading is true while a new response is on its way.
  loading?: boolean;
  retrying: boolean;
  reload: () => void;
}

// Incomplete tells that something could not be read. Without errors, a vendor hides it.
export function Incomplete({ title, errors, consequence, loading = false, retrying, reload }: IncompleteProps) {
  const problems = problemsOf(errors);
  return (
    <div class="notice warn" role="status" data-notice="incomplete">
      <Icon name="warning" />
      <div>
        <strong>{title}</strong>
        {problems.length === 0 ? (
          <p>A vendor does not show all rows or values to this server.</p>
        ) : (
          <ul>
            {problems.map(({ text, retry }) => (
              <li key={text}>
                {text}
                {!retry && ' Trying again does not help: the operator of this server has to act.'}
              </li>
            ))}
          </ul>
        )}
        <p>{consequence}</p>
        {loading ? (
          <p class="quiet">Reading again…</p>
        ) : retrying ? (
          <p class="quiet">Reading again in a few seconds…</p>
        ) : (
          problems.some(({ retry }) => retry) && (
            <button type="button" class="button small" onClick={reload}>
              <Icon name="reload" />
              Try again
            </button>
          )
        )}
      </div>
    </div>
  );
}

// Failed tells that nothing could be read.
export function Failed({ errors, retrying, reload }: { errors: GraphError[]; retrying: boolean; reload: () => void }) {
  const problems = problemsOf(errors);
  return (
    <div class="blank" role="alert" data-notice="failed">
      <Icon name="warning" />
      <h2>Nothing could be read</h2>
      {problems.map(({ text }) => (
        <p key={text}>{text}</p>
      ))}
      <p class="quiet">This does not mean that there is nothing.</p>
      {retrying ? (
        <p>Reading again in a few seconds…</p>
      ) : (
        <button type="button" class="button" onClick={reload}>
          <Icon name="reload" />
          Try again
        </button>
      )}
    </div>
  );
}

// Refused tells that the caller may not read this, and takes a token.
export function Refused({ refusal }: { refusal: Refusal }) {
  const has = token() !== '';
  return (
    <div class="blank" data-notice="refused">
      <Icon name="lock" />
      {refusal === 'forbidden' ? (
        <>
          <h2>You may not read people</h2>
          <p>
            This list has addresses and last sign-ins. They need the scope <code>personal:read</code>, which{' '}
            {has ? 'your access token does not have' : 'requests without an access token do not have here'}.
          </p>
          <p class="quiet">Nothing is shown, which does not mean that there is nobody.</p>
        </>
      ) : (
        <>
          <h2>{has ? 'The access token is not valid' : 'This server needs an access token'}</h2>
          <p>
            {has
              ? 'It has expired, or it is not meant for this server.'
              : 'Paste a token of your organization whose audience is this server.'}
          </p>
        </>
      )}
      <TokenForm />
    </div>
  );
}

export function TokenForm({ withHeaders = false, done }: { withHeaders?: boolean; done?: () => void }) {
  const [value, setValue] = useState('');
  const [lines, setLines] = useState(headers);
  const id = useId();
  const use = (newToken: string, newHeaders: string) => {
    setCredentials(newToken, newHeaders);
    setValue('');
    setLines(newHeaders);
    done?.();
  };
  return (
    <form
      class="token"
      onSubmit={(event) => {
        event.preventDefault();
        use(value || token(), lines);
      }}
    >
      <label for={id}>Access token</label>
      <input
        id={id}
        type="password"
        autocomplete="off"
        spellcheck={false}
        value={value}
        onInput={(event) => setValue(event.currentTarget.value)}
        placeholder={token() ? 'Replace the token' : 'eyJ…'}
      />
      {withHeaders && (
        <>
          <label for={`${id}-headers`}>Other headers, one a line</label>
          <textarea
            id={`${id}-headers`}
            rows={2}
            autocomplete="off"
            spellcheck={false}
            value={lines}
            onInput={(event) => setLines(event.currentTarget.value)}
            placeholder="For a provider that needs your own credential"
          />
        </>
      )}
      <div class="between">
        <p class="quiet">It stays in this tab and is sent to this server only.</p>
        <div class="row">
          {(token() || headers()) && (
            <button type="button" class="button" onClick={() => use('', '')}>
              Remove it
            </button>
          )}
          <button type="submit" class="button primary" disabled={!value.trim() && lines.trim() === headers()}>
            Use it
          </button>
        </div>
      </div>
    </form>
  );
}

export function Empty({ title, children }: { title: string; children?: preact.ComponentChildren }) {
  return (
    <div class="blank" data-notice="empty">
      <h2>{title}</h2>
      {children}
    </div>
  );
}

// Skeleton holds the place of rows that are being read.
export function Skeleton({ rows = 8 }: { rows?: number }) {
  return (
    <div class="skeleton" role="status" aria-label="Reading">
      {Array.from({ length: rows }, (_, i) => (
        <div key={i} class="bar" />
      ))}
      <p class="wait quiet">Reading from the vendors. Long lists take a while the first time.</p>
    </div>
  );
}

export function Freshness({ freshness }: { freshness: { fetchedAt: string; stale: boolean } | null | undefined }) {
  if (!freshness) return null;
  return (
    <span>
      read from the vendors at <time dateTime={freshness.fetchedAt}>{timeOfDay(freshness.fetchedAt)}</time>
      {freshness.stale && ', being refreshed'}
    </span>
  );
}
