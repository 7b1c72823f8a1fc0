// The saved views: lists of people with a question.
import { none, toURL, type Filters } from '../filters.ts';
import type { IconName } from '../parts/icons.tsx';

interface Variant {
  label: string;
  filters: Filters;
  empty: string;
}

export interface View {
  title: string;
  icon: IconName;
  lead: string;
  // filters are those of the view until somebody changes them.
  filters: Filters;
  // empty is what an empty complete list means, if nobody has changed the filters. Variants have their own.
  empty?: string;
  // variants are views of the same question.
  variants?: Variant[];
}

const stale: Filters = { ...none, signIn: 'yes', login: '90d', order: 'LAST_LOGIN_AT' };
const unused: Filters = { ...none, licenses: ['FULL', 'BASIC'], login: '90d', order: 'LAST_LOGIN_AT' };

export const views: Record<string, View> = {
  people: {
    title: 'People',
    icon: 'people',
    lead: 'Everybody who has a login anywhere, one row for each address.',
    filters: none,
    empty: 'Nobody matches these filters.',
  },
  stale: {
    title: 'Not signed in',
    icon: 'stale',
    lead: 'People who can sign in and have not done so for a while. Only ActivityInfo and SoftwareOne tell sign-ins: people without a login there are in neither list.',
    filters: stale,
    variants: [
      { label: 'Not for 90 days', filters: stale, empty: 'Everybody who can sign in has done so in the last 90 days, as far as vendors tell.' },
      { label: 'Not for a year', filters: { ...stale, login: '365d' }, empty: 'Everybody who can sign in has done so in the last year, as far as vendors tell.' },
      { label: 'Never', filters: { ...stale, login: 'never', order: 'NAME' }, empty: 'Everybody who can sign in has done so at least once, as far as vendors tell.' },
    ],
  },
  licenses: {
    title: 'Unused licenses',
    icon: 'licenses',
    lead: 'People with a paid license who do not sign in. ActivityInfo tells licenses.',
    filters: unused,
    variants: [
      { label: 'Not for 90 days', filters: unused, empty: 'Everybody with a paid license has signed in in the last 90 days.' },
      { label: 'Never signed in', filters: { ...unused, login: 'never', order: 'NAME' }, empty: 'Everybody with a paid license has signed in at least once.' },
      { label: 'No active login', filters: { ...unused, login: '', signIn: 'no', order: 'NAME' }, empty: 'Everybody with a paid license has an active login.' },
      { label: 'All licenses', filters: { ...unused, licenses: ['FULL', 'BASIC', 'OTHER'], login: '', order: 'NAME' }, empty: 'Nobody has a license.' },
    ],
  },
  owners: {
    title: 'Owners and admins',
    icon: 'owners',
    lead: 'People who can administer an account or an organization.',
    filters: { ...none, roles: ['OWNER', 'ADMIN'] },
    empty: 'Nobody is an owner or an administrator.',
  },
  conflicts: {
    title: 'Conflicts',
    icon: 'conflicts',
    lead: 'People whose logins do not fit together: other names, or active here and disabled there. The address may belong to somebody else now.',
    filters: { ...none, conflict: 'yes' },
    empty: 'The logins of everybody fit together.',
  },
};

// emptyText is what an empty complete list means. The text of a view is for its own filters only.
export function emptyText(view: View, filters: Filters): string {
  const key = (of: Filters) => toURL({ ...of, order: none.order }).toString();
  const same = [...(view.variants ?? []), view].find((other) => key(other.filters) === key(filters));
  return same?.empty ?? 'Nobody matches these filters.';
}
