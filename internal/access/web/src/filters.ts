// The filters of the list of people: in the form, in the URL, and as PersonFilter.
import type { License, MembershipRole, PersonFilter, PersonOrder, PersonOrderField } from './operations.ts';

export interface Filters {
  search: string;
  domain: string;
  providers: string[];
  atLeast: string;
  // yes, no or ''.
  signIn: string;
  // never, ever, a number of days (90d), a date (2026-01-01), or ''.
  login: string;
  licenses: string[];
  roles: string[];
  conflict: string;
  // An order field, with - before it if descending.
  order: string;
}

export const none: Filters = {
  search: '', domain: '', providers: [], atLeast: '', signIn: '', login: '', licenses: [], roles: [], conflict: '', order: 'NAME',
};

const names = Object.keys(none) as (keyof Filters)[];
const isList = (name: keyof Filters): name is 'providers' | 'licenses' | 'roles' => Array.isArray(none[name]);

// changed marks a URL whose filters replace those of its view, even if there are none.
const changed = 'filter';

// fromURL returns the filters of a URL. Without any, they are those of the view.
export function fromURL(params: URLSearchParams, view: Filters): Filters {
  if (!params.has(changed)) return view;
  const filters: Record<string, string | string[]> = { ...none };
  for (const name of names) {
    if (isList(name)) filters[name] = params.getAll(name);
    else if (params.has(name)) filters[name] = params.get(name) ?? '';
  }
  return filters as unknown as Filters;
}

export function toURL(filters: Filters): URLSearchParams {
  const params = new URLSearchParams({ [changed]: '' });
  for (const name of names) {
    const value = filters[name];
    if (Array.isArray(value)) value.forEach((item) => params.append(name, item));
    else if (value !== none[name]) params.set(name, value);
  }
  return params;
}

const flag = (value: string): boolean | undefined => (value ? value === 'yes' : undefined);

// isAddress tells whether a search is a whole address.
export const isAddress = (text: string): boolean => /^[^\s@]+@[^\s@]+$/.test(text.trim());

// toFilter returns the filter for the graph. The times are whole days in UTC, so that the pages
// of a list have one filter.
export function toFilter(filters: Filters, now: Date): PersonFilter {
  const search = filters.search.trim();
  const filter: PersonFilter = {
    canSignIn: flag(filters.signIn),
    conflict: flag(filters.conflict),
    providers: filters.providers.length > 0 ? filters.providers : undefined,
    licenses: filters.licenses.length > 0 ? (filters.licenses as License[]) : undefined,
    roles: filters.roles.length > 0 ? (filters.roles as MembershipRole[]) : undefined,
    providersAtLeast: filters.atLeast ? Number(filters.atLeast) : undefined,
    emailDomain: filters.domain.trim().replace(/^@/, '') || undefined,
  };
  if (isAddress(search)) filter.emails = [search];
  else if (search.startsWith('@')) filter.emailDomain = search.slice(1);
  else if (search) filter.name = search;
  if (filters.login === 'never') filter.neverLoggedIn = true;
  else if (filters.login === 'ever') filter.neverLoggedIn = false;
  else if (filters.login) filter.lastLoginBefore = before(filters.login, now);
  return filter;
}

// before returns the time that a number of days or a date stands for.
export function before(login: string, now: Date): string {
  const days = /^(\d+)d$/.exec(login);
  if (!days) return `${login}T00:00:00Z`;
  const midnight = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate());
  return new Date(midnight - Number(days[1]) * 86_400_000).toISOString();
}

export function toOrder(order: string): PersonOrder {
  return { field: order.replace(/^-/, '') as PersonOrderField, direction: order.startsWith('-') ? 'DESC' : 'ASC' };
}
