// The frame of the page: navigation, the state of the providers, theme and token.
import { useEffect, useRef, useState } from 'preact/hooks';
import { label } from './format.ts';
import { ProvidersDocument, type ProvidersQuery } from './operations.ts';
import { Icon, type IconName } from './parts/icons.tsx';
import { TokenForm } from './parts/notices.tsx';
import { onResponse, useOperation } from './query.ts';
import { link, useRoute } from './route.ts';
import { setTheme, theme, useCredentials, type Theme } from './session.ts';
import { views } from './views/catalog.ts';
import { LeaversView } from './views/leavers.tsx';
import { PeopleView } from './views/people.tsx';
import { PersonView } from './views/person.tsx';
import { UnassignedView } from './views/unassigned.tsx';

const entries: { view: string; title: string; icon: IconName }[] = [
  { view: 'people', title: views.people!.title, icon: 'people' },
  { view: 'leavers', title: 'Leavers', icon: 'leavers' },
  ...['stale', 'licenses', 'owners', 'conflicts'].map((view) => ({ view, title: views[view]!.title, icon: views[view]!.icon })),
  { view: 'unassigned', title: 'Without an address', icon: 'unassigned' },
];

export function App() {
  const route = useRoute();
  const { data, reload } = useOperation(ProvidersDocument, {});
  // Other operations change what the server knows of the providers.
  useEffect(() => onResponse((document) => document !== ProvidersDocument && reload()), [reload]);
  const providers = data?.providers ?? [];
  const [open, setOpen] = useState(false);
  useEffect(() => setOpen(false), [route]);
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const isTyping = event.target instanceof Element && event.target.closest('input, textarea, select, dialog');
      if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
      const search = document.getElementById('search');
      if (!search) return;
      event.preventDefault();
      search.focus();
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, []);

  return (
    <div class="frame">
      <a class="skip" href="#main" onClick={skip}>
        Skip to the content
      </a>
      <header class={open ? 'side open' : 'side'}>
        <div class="brand">
          <a href={link('people')}>
            <Mark />
            <span>
              Who has access
              <span class="quiet">accountgraph</span>
            </span>
          </a>
          <button type="button" class="button menu" aria-expanded={open} aria-controls="navigation" onClick={() => setOpen(!open)}>
            <Icon name={open ? 'close' : 'menu'} />
            <span class="hidden">Menu</span>
          </button>
        </div>
        <div id="navigation" class="navigation">
          <nav aria-label="Views">
            <ul>
              {entries.map(({ view, title, icon }) => (
                <li key={view}>
                  <a href={link(view)} aria-current={view === route.view || (view === 'people' && route.view === 'person') ? 'page' : undefined}>
                    <Icon name={icon} />
                    {title}
                  </a>
                </li>
              ))}
            </ul>
          </nav>
          <div class="foot">
            <Providers providers={providers} />
            <ThemeChoice />
            <Token />
          </div>
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        {route.view === 'person' ? (
          <PersonView key={route.argument} route={route} />
        ) : route.view === 'leavers' ? (
          <LeaversView route={route} />
        ) : route.view === 'unassigned' ? (
          <UnassignedView route={route} />
        ) : (
          <PeopleView key={route.view} route={route} providers={providers} />
        )}
      </main>
    </div>
  );
}

// skip focuses the content without a change of the fragment, which is the state of the page.
function skip(event: Event) {
  event.preventDefault();
  document.getElementById('main')?.focus();
}

function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
      <path d="M16 16 6 7M16 16 26 7M16 16 6 25M16 16 26 25" />
      <circle class="center" cx="16" cy="16" r="6" />
      <circle cx="6" cy="7" r="4" />
      <circle cx="26" cy="7" r="4" />
      <circle cx="6" cy="25" r="4" />
      <circle cx="26" cy="25" r="4" />
    </svg>
  );
}

function Providers({ providers }: { providers: ProvidersQuery['providers'] }) {
  if (providers.length === 0) return null;
  return (
    <section aria-labelledby="providers">
      <h2 id="providers">Providers</h2>
      <ul class="providers">
        {providers.map(({ name, status }) => (
          <li key={name}>
            <span class={`dot ${status.toLowerCase()}`} aria-hidden="true" />
            {name}
            <span class={status === 'UP' ? 'hidden' : 'quiet'}>{status === 'UNKNOWN' ? 'not called yet' : label(status).toLowerCase()}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

const themes: Theme[] = ['system', 'light', 'dark'];

function ThemeChoice() {
  const [chosen, setChosen] = useState(theme());
  return (
    <fieldset class="themes">
      <legend class="hidden">Colors</legend>
      {themes.map((value) => (
        <label key={value}>
          <input
            type="radio"
            name="theme"
            checked={chosen === value}
            onChange={() => {
              setTheme(value);
              setChosen(value);
            }}
          />
          <span>{label(value)}</span>
        </label>
      ))}
    </fieldset>
  );
}

function Token() {
  const credentials = useCredentials();
  const dialog = useRef<HTMLDialogElement>(null);
  return (
    <>
      <button type="button" class="button quietly" onClick={() => dialog.current?.showModal()}>
        <Icon name="key" />
        {credentials ? 'Access token is set' : 'Access token'}
      </button>
      <dialog ref={dialog} aria-labelledby="token-title">
        <div class="between">
          <h2 id="token-title">Access token</h2>
          <button type="button" class="button small" onClick={() => dialog.current?.close()}>
            <Icon name="close" />
            <span class="hidden">Close</span>
          </button>
        </div>
        <p>A server with authentication needs one, unless a proxy before it signs you in.</p>
        <TokenForm withHeaders done={() => dialog.current?.close()} />
      </dialog>
    </>
  );
}
