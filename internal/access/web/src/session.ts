// The access token and the theme. The token is in the storage of this tab, which the browser
// deletes with the tab; nothing else of a person is stored but pasted lists, see leavers.tsx.
import { useEffect, useState } from 'preact/hooks';

const prefix = 'accountgraph/access:';
const listeners = new Set<() => void>();

export function stored(key: string): string {
  return sessionStorage.getItem(prefix + key) ?? '';
}

export function store(key: string, value: string): void {
  if (value) sessionStorage.setItem(prefix + key, value);
  else sessionStorage.removeItem(prefix + key);
}

export const token = (): string => stored('token');

// setToken stores a token and renders everything that depends on it again.
export function setToken(value: string): void {
  store('token', value.trim().replace(/^bearer\s+/i, ''));
  listeners.forEach((changed) => changed());
}

// useToken is the token; the component is rendered again when it changes.
export function useToken(): string {
  const [current, setCurrent] = useState(token());
  useEffect(() => {
    const changed = () => setCurrent(token());
    listeners.add(changed);
    return () => void listeners.delete(changed);
  }, []);
  return current;
}

export type Theme = 'system' | 'light' | 'dark';

export function theme(): Theme {
  const value = localStorage.getItem(`${prefix}theme`);
  return value === 'light' || value === 'dark' ? value : 'system';
}

export function setTheme(value: Theme): void {
  if (value === 'system') {
    localStorage.removeItem(`${prefix}theme`);
    delete document.documentElement.dataset.theme;
    return;
  }
  localStorage.setItem(`${prefix}theme`, value);
  document.documentElement.dataset.theme = value;
}
