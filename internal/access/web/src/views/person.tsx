// One person: the logins everywhere, what they give access to, and what could not be read.
import type { GraphError } from '../api.ts';
import { download, list, wholeSeconds } from '../csv.ts';
import { date, joined, label } from '../format.ts';
import { PersonDocument, type PersonQuery } from '../operations.ts';
import { SignInBadge, StatusBadge } from '../parts/badges.tsx';
import { Icon } from '../parts/icons.tsx';
import { Empty, Failed, Freshness, Incomplete, Refused, Skeleton } from '../parts/notices.tsx';
import { Pager } from '../parts/pager.tsx';
import { problemsOf, refusalOf, unread } from '../problems.ts';
import { useOperation } from '../query.ts';
import { personLink, type Route } from '../route.ts';
import { tellsLastSignIn, vendorLabel } from '../vendors.ts';
import { Heading } from './heading.tsx';
import { LastSignIn, Time } from './peopletable.tsx';

type Person = NonNullable<PersonQuery['person']>;
type Login = NonNullable<Person['users'][number]>;
type Membership = NonNullable<Person['memberships']['nodes'][number]>;

export function PersonView({ route }: { route: Route }) {
  const email = route.argument;
  const after = route.params.get('after') ?? '';
  const { data, errors, loading, retrying, reload } = useOperation(PersonDocument, { email, after: after || null });
  const person = data?.person;
  const refusal = refusalOf(data, errors);
  if (refusal) {
    return (
      <>
        <Heading title={email} />
        <Refused refusal={refusal} />
      </>
    );
  }
  if (!person) {
    return (
      <>
        <Heading title={email} />
        {loading && <Skeleton rows={5} />}
        {!loading && errors.length > 0 && <Failed errors={errors} retrying={retrying} reload={reload} />}
        {!loading && errors.length === 0 && (
          <Empty title="Nobody has a login with this address">
            <p>All providers were searched. A part of an address finds nobody: search by name, or by @domain.</p>
          </Empty>
        )}
      </>
    );
  }
  const names = person.unavailableProviders.map(({ name }) => name);
  const isComplete = names.length === 0 && errors.length === 0 && person.memberships.complete;
  return (
    <article class="person" aria-busy={loading}>
      <Heading title={person.name ?? person.email} lead={person.name ? person.email : undefined}>
        <SignInBadge person={person} />
      </Heading>
      {!isComplete && (
        <Incomplete
          title={names.length > 0 ? `${joined(names)} could not be searched` : 'Not everything could be read'}
          errors={errors}
          consequence={names.length > 0 ? `This person may have logins at ${joined(names)} that are not here.` : 'What could not be read is marked.'}
          loading={loading}
          retrying={retrying}
          reload={reload}
        />
      )}
      <dl class="facts">
        <div>
          <dt>Logins</dt>
          <dd>
            {person.loginCount}
            {names.length > 0 && ' or more'}
          </dd>
        </div>
        <div>
          <dt>Last sign-in</dt>
          <dd>
            <LastSignIn person={person} unread={unread(errors, 'person', 'lastLoginAt')} />
          </dd>
        </div>
        <div>
          <dt>Licenses</dt>
          <dd>{person.licenses ? person.licenses.map(label).join(', ') || 'None' : <span class="quiet">Not known</span>}</dd>
        </div>
      </dl>

      <h2>Logins</h2>
      <ul class="cards">
        {person.users.map((user, i) =>
          user ? (
            <LoginCard key={user.id} user={user} match={person.matches[i]} isUnread={(field) => unread(errors, 'person', 'users', i, field)} person={person} />
          ) : (
            <li key={i} class="card unknown">
              One login could not be read.
            </li>
          ),
        )}
        {person.unavailableProviders.map((provider) => (
          <li key={provider.name} class="card unknown">
            <h3>{provider.name}</h3>
            <p>Could not be searched. There may be a login here.</p>
          </li>
        ))}
      </ul>

      <div class="between">
        <h2>Access</h2>
        <button type="button" class="button" disabled={loading} onClick={() => write(person, errors, isComplete, names)}>
          <Icon name="download" />
          CSV
        </button>
      </div>
      <Memberships person={person} errors={errors} />
      <p class="status">
        <Freshness freshness={person.memberships.freshness} />
      </p>
      <Pager
        pageInfo={person.memberships.pageInfo}
        after={after}
        to={(cursor) => personLink(email) + (cursor ? `?after=${encodeURIComponent(cursor)}` : '')}
      />
    </article>
  );
}

const evidences: Record<string, string> = {
  LOGIN: 'Signs in with this address',
  EMAIL: 'Has confirmed this address, and signs in with another name',
};

const conflicts: Record<string, string> = {
  NAME: 'The name has nothing in common with that of the other logins. It may be somebody else.',
  STATUS: 'This login is disabled, while another one is active.',
};

interface CardProps {
  user: Login;
  match: Person['matches'][number] | undefined;
  person: Person;
  isUnread: (field: string) => boolean;
}

function LoginCard({ user, match, person, isUnread }: CardProps) {
  const signIn = () => {
    if (isUnread('lastLoginAt')) return <span class="quiet">Could not be read</span>;
    if (user.lastLoginAt) return <Time at={user.lastLoginAt} />;
    return <span class="quiet">{tellsLastSignIn(user.provider.vendor) ? 'None known' : 'Vendor does not tell'}</span>;
  };
  return (
    <li class="card">
      <div class="between">
        <h3>
          {user.provider.name}
          {user.provider.name.toLowerCase() !== vendorLabel(user.provider.vendor).toLowerCase() && <span class="quiet"> {vendorLabel(user.provider.vendor)}</span>}
        </h3>
        <StatusBadge status={user.status} vendorStatus={user.vendorStatus} />
      </div>
      <p class="name">{user.login ?? <span class="quiet">{isUnread('login') ? 'The login could not be read' : 'No name to sign in with'}</span>}</p>
      <dl>
        {user.name !== person.name && (
          <>
            <dt>Name</dt>
            <dd>{user.name ?? <span class="quiet">{isUnread('name') ? 'Could not be read' : 'None'}</span>}</dd>
          </>
        )}
        <dt>Last sign-in</dt>
        <dd>{signIn()}</dd>
        {user.createdAt && (
          <>
            <dt>Created</dt>
            <dd>{date(user.createdAt)}</dd>
          </>
        )}
      </dl>
      {match && <p class="quiet">{evidences[match.evidence] ?? label(match.evidence)}</p>}
      {match?.conflict && (
        <p class="conflict">
          <Icon name="warning" />
          {conflicts[match.conflict] ?? label(match.conflict)}
        </p>
      )}
    </li>
  );
}

// role is the vendor's own word, if it says more.
const role = (membership: Membership) =>
  membership.vendorRole && membership.role === 'CUSTOM' ? membership.vendorRole : label(membership.role);

function Memberships({ person, errors }: { person: Person; errors: GraphError[] }) {
  const { nodes, complete } = person.memberships;
  if (nodes.length === 0) {
    return <p class="quiet">{complete ? 'No membership in an account or organization.' : 'No membership is known. That is not certain, because something could not be read.'}</p>;
  }
  return (
    <>
      {!complete && <p class="conflict">Memberships may be missing.</p>}
      <table role="table" class="rows memberships">
        <thead role="rowgroup">
          <tr role="row">
            <th role="columnheader" scope="col">Account or organization</th>
            <th role="columnheader" scope="col">Role</th>
            <th role="columnheader" scope="col">Status</th>
            <th role="columnheader" scope="col">Through</th>
            <th role="columnheader" scope="col">Since</th>
          </tr>
        </thead>
        <tbody role="rowgroup">
          {nodes.map((membership, i) =>
            membership ? (
              <tr role="row" key={membership.id}>
                <td role="cell" class="who">
                  <span class="name">{membership.tenant.name ?? membership.tenant.id}</span>
                  <span class="address">
                    {label(membership.tenant.__typename)} at {membership.provider.name}
                  </span>
                </td>
                <td role="cell">
                  {role(membership)}
                  {membership.license && <span class="address">{membership.license === 'NONE' ? 'No' : label(membership.license)} license</span>}
                </td>
                <td role="cell">
                  <StatusBadge status={membership.status} />
                </td>
                <td role="cell" data-label="Through">
                  <Via membership={membership} isUnread={unread(errors, 'person', 'memberships', 'nodes', i, 'via')} />
                </td>
                <td role="cell" data-label="Since">
                  <Since membership={membership} />
                </td>
              </tr>
            ) : (
              <tr role="row" key={i}>
                <td role="cell" colSpan={5} class="quiet">
                  One membership could not be read.
                </td>
              </tr>
            ),
          )}
        </tbody>
      </table>
    </>
  );
}

function Via({ membership, isUnread }: { membership: Membership; isUnread: boolean }) {
  if (isUnread) return <span class="quiet">Could not be read</span>;
  if (!membership.via) return <span class="quiet">Vendor does not tell</span>;
  if (membership.via.length === 0) return <span class="quiet">No group</span>;
  return <>{membership.via.map((group) => group?.name ?? 'a group that could not be read').join(', ')}</>;
}

function Since({ membership }: { membership: Membership }) {
  if (membership.joinedAt) return <Time at={membership.joinedAt} />;
  if (membership.invitedAt) {
    return (
      <>
        Invited <Time at={membership.invitedAt} />
      </>
    );
  }
  return <span class="quiet">Vendor does not tell</span>;
}

// write writes the memberships that are shown, with columns of `accountgraph export memberships`.
function write(person: Person, errors: GraphError[], isComplete: boolean, unavailable: string[]) {
  const { nodes, freshness, pageInfo } = person.memberships;
  const rows = nodes.flatMap((membership, i) => {
    if (!membership) return [];
    const login = person.users.find((user) => user?.id === membership.user.id);
    const missing = ['joinedAt', 'invitedAt', 'lastAccessAt', 'via', 'license'].filter((field) => unread(errors, 'person', 'memberships', 'nodes', i, field));
    return [
      [
        membership.id, membership.provider.name, membership.tenant.id, membership.tenant.name ?? '', membership.tenant.__typename,
        membership.user.id, person.email, login?.login ?? '', login?.name ?? '', membership.status, membership.role, membership.vendorRole ?? '',
        membership.license ?? '', list((membership.via ?? []).flatMap((group) => (group?.name ? [group.name] : [])).sort()),
        membership.invitedAt ?? '', membership.joinedAt ?? '', membership.lastAccessAt ?? '', login?.lastLoginAt ?? '',
        wholeSeconds(freshness?.fetchedAt), list(missing),
      ],
    ];
  });
  const missing = problemsOf(errors).map(({ text }) => text);
  if (unavailable.length > 0) missing.push(`${joined(unavailable)} could not be searched.`);
  if (pageInfo.hasNextPage) missing.push('This file has one page of a longer list.');
  if (!person.memberships.complete && missing.length === 0) missing.push('A vendor does not show all memberships to this server.');
  download('access', {
    columns: [
      'id', 'provider', 'tenantId', 'tenantName', 'tenantType', 'userId', 'email', 'login', 'name', 'status', 'role', 'vendorRole', 'license', 'via',
      'invitedAt', 'joinedAt', 'lastAccessAt', 'lastLoginAt', 'readAt', 'unread',
    ],
    rows,
    complete: isComplete && !pageInfo.hasNextPage,
    missing: missing.join(' '),
  });
}
