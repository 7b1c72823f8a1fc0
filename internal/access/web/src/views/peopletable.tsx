// The rows of a list of people.
import type { GraphError } from '../api.ts';
import { ago, dateTime, date, label } from '../format.ts';
import { Badge, Login, SignInBadge, UnknownLogins } from '../parts/badges.tsx';
import { lastSignIn, type People, type Person } from '../people.ts';
import { unread } from '../problems.ts';
import { personLink } from '../route.ts';

interface TableProps {
  people: People;
  errors: GraphError[];
  withLicenses: boolean;
  never: boolean;
}

export function PeopleTable({ people, errors, withLicenses, never }: TableProps) {
  return (
    <table role="table" class="rows people">
      <thead role="rowgroup">
        <tr role="row">
          <th role="columnheader" scope="col">Person</th>
          <th role="columnheader" scope="col">Sign-in</th>
          <th role="columnheader" scope="col">Logins</th>
          {withLicenses && <th role="columnheader" scope="col">Licenses</th>}
          <th role="columnheader" scope="col">Last sign-in</th>
        </tr>
      </thead>
      <tbody role="rowgroup">
        {people.nodes.map((person, i) =>
          person ? (
            <Row
              key={person.email}
              person={person}
              withLicenses={withLicenses}
              never={never}
              isUnread={(field) => unread(errors, 'people', 'nodes', i, field)}
            />
          ) : (
            <tr role="row" key={i}>
              <td role="cell" colSpan={withLicenses ? 5 : 4} class="quiet">
                One person could not be read.
              </td>
            </tr>
          ),
        )}
      </tbody>
    </table>
  );
}

interface RowProps {
  person: Person;
  withLicenses: boolean;
  never: boolean;
  isUnread: (field: string) => boolean;
}

function Row({ person, withLicenses, never, isUnread }: RowProps) {
  const conflicts = new Set(person.matches.flatMap(({ conflict }) => (conflict ? [conflict] : [])));
  return (
    <tr role="row">
      <td role="cell" class="who">
        <a href={personLink(person.email)}>{person.name ?? person.email}</a>
        <span class="address">{person.email}</span>
      </td>
      <td role="cell" class="signin">
        <SignInBadge person={person} />
        {conflicts.has('NAME') && <Badge tone="warn">Name conflict</Badge>}
        {conflicts.has('STATUS') && <Badge tone="warn">Status conflict</Badge>}
      </td>
      <td role="cell" class="logins">
        {person.users.map((user, i) => (
          <Login key={user?.id ?? i} provider={user?.provider.name ?? 'a login'} status={user?.status} />
        ))}
        <UnknownLogins providers={person.unavailableProviders} />
      </td>
      {withLicenses && (
        <td role="cell" class="licenses">
          {person.licenses ? person.licenses.map(label).join(', ') || <span class="quiet">None</span> : <span class="quiet">Not known</span>}
        </td>
      )}
      <td role="cell" class="last">
        <LastSignIn person={person} unread={isUnread('lastLoginAt')} never={never} />
      </td>
    </tr>
  );
}

interface LastSignInProps {
  person: Pick<Person, 'lastLoginAt' | 'users' | 'unavailableProviders'>;
  unread: boolean;
  // never is whether the list has only people who never signed in.
  never?: boolean;
}

export function LastSignIn({ person, unread: isUnread, never = false }: LastSignInProps) {
  if (isUnread) return <span class="quiet">Could not be read</span>;
  switch (lastSignIn(person)) {
    case 'time':
      return <Time at={person.lastLoginAt!} />;
    case 'timeOrLater':
      return <Time at={person.lastLoginAt!} note="or later" />;
    case 'none':
      return never ? <span>Never</span> : <span class="quiet">None known</span>;
    case 'untold':
      return <span class="quiet">Vendor does not tell</span>;
    case 'unread':
      return <span class="unsure">Not known</span>;
  }
}

export function Time({ at, note }: { at: string; note?: string }) {
  return (
    <time dateTime={at} title={dateTime(at)}>
      {date(at)}
      {note && ` ${note}`} <span class="quiet">{ago(at)}</span>
    </time>
  );
}
