// The credentials and the theme. Credentials are in the storage of this tab, which the browser
// deletes with the tab, as is the pasted list of leavers. Nothing else of a person is stored.
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

// headers are further headers of requests, a line each: a provider may need a credential of the
// caller's own.
export const headers = (): string => stored('headers');

// setCredentials stores a token and headers, and renders everything that depends on them again.
export function setCredentials(value: string, lines: string): void {
  store('token', value.trim().replace(/^bearer\s+/i, ''));
  store('headers', lines.trim());
  listeners.forEach((changed) => changed());
}

// credentialHeaders returns the headers of requests. Lines that are no header are left out.
export function credentialHeaders(): Record<string, string> {
  const all: Record<string, string> = {};
  for (const line of headers().split('\n')) {
    const [, name, value] = /^\s*([\w-]+)\s*:\s*([\x20-\x7e]+?)\s*$/.exec(line) ?? [];
    if (name && value) all[name.toLowerCase()] = value;
  }
  if (token()) all.authorization = `Bearer ${token()}`;
  return all;
}

// useCredentials is a key of the credentials; the component is rendered again when they change.
export function useCredentials(): string {
  const key = () => [token(), headers()].filter(Boolean).join('\n');
  const [current, setCurrent] = useState(key);
  useEffect(() => {
    const changed = () => setCurrent(key());
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
