// What the page says when the server refuses the caller, and a field for the token.
import { useGraphiQLActions } from '@graphiql/react';
import { createPortal } from 'react-dom';
import { update, useSession } from './session.js';

export function SignIn() {
  const { refused } = useSession();
  const { introspect } = useGraphiQLActions();
  if (!refused) return null;
  const submit = (event) => {
    event.preventDefault();
    const token = new FormData(event.target).get('token').trim().replace(/^bearer\s+/i, '');
    update({ token, refused: undefined });
    introspect();
  };
  // Only there are GraphiQL's colors and fonts defined.
  return createPortal(
    <form className="signin" aria-label="Access token" onSubmit={submit}>
      <p role="alert">
        <strong>{refused.hadToken ? 'The server does not accept this token' : 'This server needs an access token'}</strong> {refused.message}
      </p>
      <div>
        <label>
          Access token <input name="token" type="password" autoComplete="off" spellCheck={false} required />
        </label>
        <button type="submit">Use it</button>
        <button type="button" onClick={() => update({ refused: undefined })}>
          Close
        </button>
      </div>
      <p>
        It is sent as the header <code>Authorization: Bearer …</code> until the page is closed, and is not stored. A header of one tab is in the pane <em>Headers</em>:{' '}
        <code>{'{"authorization": "Bearer …"}'}</code>
      </p>
    </form>,
    document.querySelector('.graphiql-container'),
  );
}
