// The panel "Vendor calls": what the last operation needed of the vendors, and what it cost of
// its budget.
import { useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { flushSync } from 'react-dom';
import { update, useSession } from './session.js';
import { count, duration, fromVendor, levels, sources, total } from './waterfall.js';

const title = 'Vendor calls';

function Icon() {
  return (
    <svg viewBox="0 0 20 20" fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round">
      <title>{title}</title>
      <path d="M3 4h7M6 10h8M11 16h6" />
      <path d="M2 1v18" strokeWidth="1" />
    </svg>
  );
}

function Row({ call, all }) {
  const { provider, method, path, source, status, start, ms } = call;
  const percent = (part) => `${all > 0 ? (100 * part) / all : 0}%`;
  return (
    <li className={`calls-row ${source.toLowerCase()}`}>
      <span className="calls-provider">{provider}</span>
      <span className="calls-source" title={sources[source] ?? source}>
        {source.toLowerCase()}
      </span>
      <span className="calls-ms">{duration(ms)}</span>
      <code>
        {method} {path}
        {status >= 400 && <strong> {status}</strong>}
      </code>
      <span className="calls-track" aria-hidden="true">
        <span style={{ left: percent(start), width: percent(ms) }} />
      </span>
    </li>
  );
}

function Budget({ label, used, of }) {
  return (
    <div className="calls-budget">
      <span>{label}</span>
      <span>
        {used.toLocaleString('en')} of {of.toLocaleString('en')}
      </span>
      <meter aria-label={label} min={0} max={of} value={used} high={of * 0.8} />
    </div>
  );
}

// summary is one line about an operation.
const summary = (calls) => `${count(fromVendor(calls), 'vendor call')} for ${count(calls.length, 'read')}, ${duration(total(calls))}`;

function Calls() {
  const { last, isRecording } = useSession();
  const { calls = [], cost } = last ?? {};
  const all = total(calls);
  const steps = levels(calls);
  return (
    <section className="calls" aria-label={title}>
      <header>
        <h2>{title}</h2>
        <label>
          <input type="checkbox" checked={isRecording} onChange={(event) => update({ isRecording: event.target.checked, last: undefined })} /> Record
        </label>
      </header>
      {!isRecording && <p>Recording is off: responses may come from the response cache.</p>}
      {isRecording && !last && <p>Run a query to see which pages and objects it needs of each vendor, where they come from, and how long each takes.</p>}
      {last && calls.length === 0 && <p>This operation needed nothing of a vendor.</p>}
      {calls.length > 0 && (
        <p role="status">
          {last.name && <strong>{last.name}: </strong>}
          {summary(calls)}, {count(steps.length, 'level')}
        </p>
      )}
      {cost && (
        <div>
          <Budget label="Objects, at most" used={cost.objects} of={cost.maxObjects} />
          {cost.vendorCalls.providers.map(({ provider, made, atMost }) => (
            <Budget key={provider} label={`Calls of ${provider}`} used={made ?? 0} of={atMost} />
          ))}
        </div>
      )}
      {steps.map(({ level, rows }) => (
        <section key={level}>
          <h3>Level {level}</h3>
          <ol>
            {rows.map((call, i) => (
              <Row key={i} call={call} all={all} />
            ))}
          </ol>
        </section>
      ))}
      {steps.length > 1 && <p className="calls-note">A call of level 2 began when one of level 1 had ended. Calls of one level run side by side.</p>}
    </section>
  );
}

export const CALLS_PLUGIN = { title, icon: Icon, content: Calls };

// Summary is the line below the response; it opens and closes the panel.
export function Summary() {
  const { last, token } = useSession();
  const visible = useGraphiQL((state) => state.visiblePlugin);
  const { setVisiblePlugin } = useGraphiQLActions();
  const isOpen = visible?.title === title;
  const toggle = () => {
    flushSync(() => setVisiblePlugin(isOpen ? null : title));
    // In a narrow window the panel is above the response.
    if (!isOpen) document.querySelector('.graphiql-plugin').scrollIntoView({ block: 'nearest' });
  };
  return (
    <div className="calls-summary">
      {last?.calls && (
        <button type="button" aria-expanded={isOpen} onClick={toggle}>
          {summary(last.calls)}
        </button>
      )}
      {token && (
        <button type="button" onClick={() => update({ token: '' })}>
          Access token is set: remove it
        </button>
      )}
    </div>
  );
}
