// Decides who of a list of leavers can still sign in. Nobody is called gone who may not be.
import { normalize } from './addresses.ts';
import type { GraphError } from './api.ts';
import { peoplePages, type Person } from './people.ts';

// The findings of `accountgraph review leavers`.
export const findings = ['CAN_SIGN_IN', 'CAN_ACCEPT_INVITATION', 'MAY_SIGN_IN', 'NOT_KNOWN', 'CANNOT_SIGN_IN', 'NO_LOGIN'] as const;
export type Finding = (typeof findings)[number];

export interface Leaver {
  address: string;
  finding: Finding;
  evidence: string;
  person: Person | undefined;
}

export interface Review {
  leavers: Leaver[];
  complete: boolean;
  errors: GraphError[];
  readAt: string;
}

// perFilter is the largest number of addresses in PersonFilter.emails.
const perFilter = 1000;

export async function review(addresses: string[], progress: (done: number) => void, signal: AbortSignal): Promise<Review> {
  const result: Review = { leavers: [], complete: true, errors: [], readAt: '' };
  for (let i = 0; i < addresses.length; i += perFilter) {
    const chunk = addresses.slice(i, i + perFilter);
    const found = new Map<string, Person>();
    // Until every page was read, an address that is missing says nothing.
    let complete = true;
    let unreadable = false;
    for await (const { list: people, errors } of peoplePages({ filter: { emails: chunk }, orderBy: null, withLicenses: false }, signal)) {
      complete &&= people.complete && errors.length === 0;
      result.errors.push(...errors);
      const at = people.freshness?.fetchedAt;
      if (at && (!result.readAt || at < result.readAt)) result.readAt = at;
      for (const person of people.nodes) {
        if (person) found.set(normalize(person.email), person);
        else unreadable = true;
      }
    }
    const own = new Set(chunk.map(normalize));
    // A person under an address that nobody pasted: this page and the server normalize
    // differently, and the person belongs to one of the others.
    const unmatched = [...found.keys()].some((email) => !own.has(email));
    const certain = complete && !unreadable && !unmatched;
    for (const address of chunk) result.leavers.push(judge(address, found.get(normalize(address)), certain));
    result.complete &&= certain;
    progress(result.leavers.length);
  }
  return result;
}

// judge decides about one address. `certain` is whether all providers were searched.
export function judge(address: string, person: Person | undefined, certain: boolean): Leaver {
  const about = (finding: Finding, evidence: string): Leaver => ({ address, finding, evidence, person });
  const unavailable = person?.unavailableProviders.map(({ name }) => name) ?? [];
  if (!person) {
    return certain
      ? about('NO_LOGIN', 'All providers were searched.')
      : about('NOT_KNOWN', 'Not all providers could be searched.');
  }
  const at = (...statuses: string[]) => person.users.flatMap((user) => (user && statuses.includes(user.status) ? [user.provider.name] : []));
  const active = at('ACTIVE');
  if (active.length > 0) return about('CAN_SIGN_IN', `Active at ${active.join(', ')}.`);
  const invited = at('INVITED', 'INVITATION_EXPIRED');
  if (invited.length > 0) return about('CAN_ACCEPT_INVITATION', `Invited at ${invited.join(', ')}.`);
  const disabled = at('INACTIVE', 'BLOCKED', 'DELETED');
  const readable = person.users.filter((user) => user !== null);
  if (readable.length > disabled.length) return about('MAY_SIGN_IN', 'A login has a status that is not known here.');
  if (readable.length < person.users.length) return about('NOT_KNOWN', 'A login could not be read.');
  if (unavailable.length > 0) return about('NOT_KNOWN', `May have a login at ${unavailable.join(', ')}, which could not be searched.`);
  if (!certain) return about('NOT_KNOWN', 'Not everything could be read.');
  return about('CANNOT_SIGN_IN', `Every login is disabled: ${disabled.join(', ')}.`);
}
