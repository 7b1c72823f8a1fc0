// Reads lists of people: what a row says, and whole lists for CSV.
import { send, type GraphError, type Response } from './api.ts';
import { list, wholeSeconds, type Table } from './csv.ts';
import { PeopleDocument, type PeopleQuery, type PeopleQueryVariables, type TypedDocumentString, type UserStatus } from './operations.ts';
import { problemsOf, retryAfter, unread } from './problems.ts';
import { tellsLastSignIn } from './vendors.ts';

export type People = NonNullable<PeopleQuery['people']>;
export type Person = NonNullable<People['nodes'][number]>;

// lastSignIn tells what is known of a person's last sign-in. Null means none only if all
// logins could be read, and only for users whose vendor tells sign-ins; it may hide them, too.
export function lastSignIn(person: Pick<Person, 'lastLoginAt' | 'users' | 'unavailableProviders'>): 'time' | 'timeOrLater' | 'none' | 'untold' | 'unread' {
  const isWhole = person.unavailableProviders.length === 0 && person.users.every((user) => user !== null);
  if (person.lastLoginAt) return isWhole ? 'time' : 'timeOrLater';
  if (!isWhole) return 'unread';
  return person.users.some((user) => user && tellsLastSignIn(user.provider.vendor)) ? 'none' : 'untold';
}

export type SignIn = 'can' | 'may' | 'invited' | 'invitationExpired' | 'cannot' | 'notKnown';

const disabled: UserStatus[] = ['INACTIVE', 'BLOCKED', 'DELETED'];

// signIn tells whether a person can sign in, by the statuses of the logins. Person.canSignIn is
// false for every person without an active login, also if a status is not known to the graph.
export function signIn(person: { canSignIn: boolean | null; users: ({ status: UserStatus } | null)[] }): SignIn {
  const statuses = person.users.map((user) => user?.status);
  if (person.canSignIn || statuses.includes('ACTIVE')) return 'can';
  if (person.canSignIn === null || statuses.includes(undefined)) return 'notKnown';
  const others = statuses.filter((status) => status && !disabled.includes(status));
  if (others.some((status) => status !== 'INVITED' && status !== 'INVITATION_EXPIRED')) return 'may';
  if (others.includes('INVITED')) return 'invited';
  return others.length > 0 ? 'invitationExpired' : 'cannot';
}

export interface Page<List> {
  list: List;
  errors: GraphError[];
}

interface Cursor {
  first: number;
  after?: string | null | undefined;
}

interface Connection {
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

// pages reads a list to its end, 100 people at a time. While the server builds an index or is
// busy, it asks for the same page again, so that no page has less than could be read.
export async function* pages<Data, Variables extends Cursor, List extends Connection>(
  document: TypedDocumentString<Data, Variables>,
  variables: Omit<Variables, keyof Cursor>,
  listOf: (data: Data) => List | null,
  signal: AbortSignal,
): AsyncGenerator<Page<List>> {
  let after: string | null = null;
  for (;;) {
    const { data, errors }: Response<Data> = await send(document, { ...variables, first: 100, after } as Variables, signal);
    const wait = retryAfter(errors);
    if (wait) {
      await pause(wait * 1000, signal);
      continue;
    }
    const list: List | null = data && listOf(data);
    if (!list) throw new Error(problemsOf(errors).map(({ text }) => text).join(' '));
    yield { list, errors };
    if (!list.pageInfo.hasNextPage || !list.pageInfo.endCursor) return;
    after = list.pageInfo.endCursor;
  }
}

export const peoplePages = (variables: Omit<PeopleQueryVariables, keyof Cursor>, signal: AbortSignal) =>
  pages(PeopleDocument, variables, (data: PeopleQuery) => data.people, signal);

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}

// columns are those of `accountgraph export people`.
const columns = ['email', 'name', 'canSignIn', 'loginCount', 'providers', 'userIds', 'lastLoginAt', 'conflicts', 'readAt', 'unread'];

export async function readTable(
  variables: Omit<PeopleQueryVariables, 'first' | 'after'>,
  progress: (rows: number) => void,
  signal: AbortSignal,
): Promise<Table> {
  const { withLicenses } = variables;
  const rows: string[][] = [];
  const errors: GraphError[] = [];
  let complete = true;
  for await (const page of peoplePages(variables, signal)) {
    errors.push(...page.errors);
    complete &&= page.list.complete && page.errors.length === 0;
    page.list.nodes.forEach((person, i) => {
      if (person) rows.push(row(person, page, i, withLicenses));
    });
    progress(rows.length);
  }
  return { columns: withLicenses ? [...columns, 'licenses'] : columns, rows, complete, missing: missingOf(errors, complete) };
}

// missingOf says in words what a file of a list lacks.
export function missingOf(errors: GraphError[], complete: boolean): string {
  const missing = problemsOf(errors).map(({ text }) => text);
  if (!complete && missing.length === 0) missing.push('A vendor does not show all rows or values to this server.');
  return missing.join(' ');
}

function row(person: Person, page: Page<People>, i: number, withLicenses: boolean): string[] {
  const missing = ['name', 'lastLoginAt', 'licenses'].filter((field) => unread(page.errors, 'people', 'nodes', i, field));
  if (person.canSignIn === null) missing.push('canSignIn');
  if (person.unavailableProviders.length > 0) missing.push('loginCount', 'providers', 'userIds', 'lastLoginAt', 'conflicts');
  const cells = [
    person.email,
    person.name ?? '',
    person.canSignIn === null ? '' : String(person.canSignIn),
    String(person.loginCount),
    list(person.providers.map(({ name }) => name).sort()),
    list(person.users.flatMap((user) => (user ? [user.id] : [])).sort()),
    person.lastLoginAt ?? '',
    list([...new Set(person.matches.flatMap(({ conflict }) => (conflict ? [conflict] : [])))].sort()),
    wholeSeconds(page.list.freshness?.fetchedAt),
    list([...new Set(missing)]),
  ];
  return withLicenses ? [...cells, list([...(person.licenses ?? [])].sort())] : cells;
}
