// The state of the page is in the fragment of its URL: `#/stale?before=90d`. Browsers send the
// fragment to no server and in no Referer, so that addresses and names that are searched are in
// no access log of the server or of a proxy; links and the back button work. A pasted list of
// leavers is not in the URL, but in the storage of the tab.
import { useEffect, useState } from 'preact/hooks';

export interface Route {
  view: string;
  // argument is the part after the view: an address.
  argument: string;
  params: URLSearchParams;
}

function current(): Route {
  const [path = '', query = ''] = location.hash.replace(/^#\/?/, '').split(/\?(.*)/s);
  const [view = '', argument = ''] = path.split(/\/(.*)/s);
  return { view: view || 'people', argument: decode(argument), params: new URLSearchParams(query) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function useRoute(): Route {
  const [route, setRoute] = useState(current);
  useEffect(() => {
    const changed = () => setRoute(current());
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);
  return route;
}

export function link(view: string, params?: URLSearchParams): string {
  const query = params?.toString();
  return `#/${view}${query ? `?${query}` : ''}`;
}

export const personLink = (email: string): string => `#/person/${encodeURIComponent(email)}`;

export function go(to: string): void {
  location.hash = to;
}
