// The operations that both gateways execute. check accepts the data, errors are the
// expected errors (path, code, provider), and requests is the number of requests that
// reach accountgraph. beside marks errors of fields that are not null, which Hive Gateway
// drops.

const down = /^UPSTREAM_(UNAVAILABLE|CIRCUIT_OPEN)$/;

// operations returns the operations with all vendors available; users are by provider.
export const operations = (users) => [
  {
    name: 'entities across subgraphs',
    query: '{ tickets(first: 4) { title author { id status provider { name vendor } currentAccount { name } } } }',
    check: ({ tickets }) => tickets.map(({ author }) => author.provider.name).join() === 'softwareone,blendvision,activityinfo,activeplatform',
  },
  {
    name: 'a list, with fields of the other subgraph',
    query: `{ users(first: 3, filter: {providers: ["softwareone"]}) { nodes { id tickets { title } } pageInfo { hasNextPage } totalCount } }`,
    check: ({ users: { nodes, totalCount } }) => nodes[0].tickets[0].title === 'Ticket 0' && totalCount === users.softwareone.length,
  },
  {
    name: 'a circular query',
    query: `query ($id: ID!) {
      user(id: $id) {
        tickets { author { memberships(first: 2) { nodes { tenant { name __typename } user { tickets { id author { id } } } } } } }
      }
    }`,
    variables: { id: users.softwareone[0].id },
    check: ({ user }) =>
      user.tickets[0].author.memberships.nodes.every(
        ({ tenant, user }) => tenant.name && user.tickets[0].author.id === users.softwareone[0].id,
      ),
  },
  {
    name: 'a person by e-mail address, with tickets',
    query: '{ person(email: "person123@acme.example") { email users { id } providers { name } tickets { title } } }',
    check: ({ person }) => person.users.length === 4 && person.tickets.length === 3,
  },
  {
    name: 'people as entities, by e-mail address',
    query: '{ tickets(first: 2) { requester { email lastLoginAt users { id } memberships(first: 3) { nodes { role } } } } }',
    check: ({ tickets }) => tickets.every(({ requester }) => requester.users.length === 4 && requester.memberships.nodes.length > 0),
  },
  {
    name: 'nodes by id, with a field of the other subgraph',
    query: `query ($ids: [ID!]!) { nodes(ids: $ids) { id __typename ... on User { tickets { id } } ... on Account { groups(first: 2) { nodes { name } } } } }`,
    variables: { ids: [users.softwareone[1].id, 'softwareone:Account:ACC-1000-1234', 'softwareone:User:USR-9999-9999'] },
    check: ({ nodes }) => nodes[1].groups.nodes.length === 2 && nodes[2] === null,
  },
  {
    name: 'a page, fragments and directives',
    query: `query ($first: Int!, $skip: Boolean!) {
      accounts(first: $first, orderBy: {field: NAME}) { edges { cursor node { ...Named } } pageInfo { endCursor } }
    }
    fragment Named on Account { name members(first: 1) @skip(if: $skip) { nodes { user { id } } } }`,
    variables: { first: 2, skip: true },
    check: ({ accounts }) => accounts.edges[1].cursor === accounts.pageInfo.endCursor && !('members' in accounts.edges[0].node),
  },
  {
    name: 'an entity that does not exist',
    query: '{ ticket(id: "T-4") { title author { name } } }',
    check: ({ ticket }) => ticket.title && !ticket.author?.name,
  },
  {
    name: 'an entity with an invalid id',
    query: '{ ticket(id: "T-1001") { title author { name } } }',
    check: ({ ticket }) => ticket.title && !ticket.author?.name,
    errors: [{ path: ['ticket', 'author'], code: /^BAD_USER_INPUT$/ }],
  },
  {
    name: '1000 representations',
    query: '{ tickets(first: 1000) { author { id name } } }',
    requests: 1,
    check: ({ tickets }) => {
      const names = new Map(Object.values(users).flat().map(({ id, name }) => [id, name]));
      const wanted = authors(users).slice(0, 1000);
      return tickets.length === 1000 && tickets.every(({ author }, i) => (author?.name ?? null) === (names.get(wanted[i]) ?? null));
    },
  },
  {
    name: 'more representations than the limit',
    query: '{ tickets(first: 1001) { id author { id name } } }',
    check: ({ tickets }) => tickets.length === 1001 && tickets.every(({ id, author }) => id && !author?.name),
    errors: [{ path: ['tickets'], code: /^QUERY_TOO_COMPLEX$/, whole: true }],
  },
  {
    name: 'an invalid argument',
    query: '{ users(filter: {providers: ["nobody"]}) { nodes { id } } tickets(first: 1) { id } }',
    check: ({ users, tickets }) => users === null && tickets.length === 1,
    errors: [{ path: ['users'], code: /^BAD_USER_INPUT$/ }],
  },
];

// withoutBlendVision returns the operations with BlendVision unavailable.
export const withoutBlendVision = () => [
  {
    name: 'one vendor fails: authors of the others and all tickets are there',
    query: '{ tickets(first: 4) { title author { id name email } requester { email users { id } } } }',
    check: ({ tickets }) =>
      tickets.every(({ title, author, requester }, i) => title && (i === 1 || author.name) && requester.users.length === 3) && tickets[1].author.name === null,
    errors: [
      { path: ['tickets', 1, 'author'], code: down, provider: 'blendvision' },
      ...[0, 1, 2, 3].map((i) => ({ path: ['tickets', i, 'requester'], code: down, provider: 'blendvision', beside: true })),
    ],
  },
  {
    name: 'one vendor fails: a person has the other logins and the tickets',
    query: '{ person(email: "person123@acme.example") { users { id } tickets { title } } }',
    check: ({ person }) => person.users.length === 3 && person.tickets.length === 3,
    errors: [{ path: ['person'], code: down, provider: 'blendvision', beside: true }],
  },
  {
    name: 'one vendor fails: its lists are null, others are not',
    query: `{
      organizations(first: 1) { nodes { id } }
      accounts(first: 1) { nodes { id } }
      tickets(first: 1) { title }
    }`,
    check: ({ organizations, accounts, tickets }) => organizations === null && accounts.nodes.length === 1 && tickets.length === 1,
    errors: [{ path: ['organizations'], code: down, provider: 'blendvision' }],
  },
];

// authors returns the ids of the tickets' authors: one user per vendor, one that does not
// exist, all other users, ids that do not exist up to 1001, and an invalid id.
export function authors({ softwareone, blendvision, activityinfo, activeplatform }) {
  const ids = (users) => users.map(({ id }) => id);
  const missing = (i) => `softwareone:User:USR-0000-${String(i).padStart(4, '0')}`;
  const all = [...ids([softwareone[0], blendvision[0], activityinfo[0], activeplatform[0]]), missing(0)];
  all.push(...ids([softwareone, blendvision, activityinfo].flatMap((users) => users.slice(1))));
  while (all.length < 1001) all.push(missing(all.length));
  return [...all, 'nonsense'];
}

export const requesters = ['person123@acme.example', 'Person124@Globex.example'];
