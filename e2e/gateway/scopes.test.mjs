import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import test from 'node:test';
import * as accountgraph from './accountgraph.mjs';
import { startBefore } from './sharedcache.mjs';
import { figure } from './figures.mjs';
import * as gateways from './gateways.mjs';
import { issue } from './tokens.mjs';
import * as tickets from './tickets.mjs';

const author = 'softwareone:User:USR-1000-1234';

const tickets1 = '{ tickets(first: 1) { title author { name email lastLoginAt phone { number } status } } }';

test('scopes: personal fields need personal:read, directly and through gateways', async (t) => {
  const running = [];
  t.after(() => Promise.all(running.map(({ stop }) => stop())));
  const run = async (starting) => {
    const started = await starting;
    running.push(...[started].flat());
    return started;
  };
  const secret = randomBytes(32).toString('base64');
  const issuer = await run(issue());
  const { providers } = await run(accountgraph.vendors());
  const server = await run(accountgraph.serve(`server: {auth: {router: {secrets: ['${secret}']}, jwt: ${issuer.config}}}\n${providers}`));
  const other = await run(tickets.serve([author], ['person123@acme.example']));
  const cache = await run(startBefore(server.url));
  const both = await run(gateways.start({ accountgraph: cache.url, tickets: other.url }, { 'router-authorization': secret }));
  const callers = {
    with: { authorization: `Bearer ${issuer.token('personal:read')}` },
    without: { authorization: `Bearer ${issuer.token('cache:write')}` },
    forged: { authorization: `Bearer ${issuer.token('personal:read').slice(0, -4)}AAAA` },
  };
  const own = { 'router-authorization': secret };
  let same = 0;

  await t.test('directly', async () => {
    const query = `{ user(id: "${author}") { name email lastLoginAt phone { number } status } }`;
    const { user } = await dataOf(server.url, query, callers.with);
    for (const value of Object.values(user)) assert.ok(value, JSON.stringify(user));
    await checkRedacted(server.url, query, callers.without, ['user'], user);
  });

  await t.test('by _entities, which is reserved for the gateway', async () => {
    const query = `{ _entities(representations: [{__typename: "User", id: "${author}"}]) { ... on User { name email lastLoginAt phone { number } status } } }`;
    const [user] = (await dataOf(server.url, query, { ...own, ...callers.with }))._entities;
    await checkRedacted(server.url, query, { ...own, ...callers.without }, ['_entities', 0], user);
    const rejected = await accountgraph.execute(server.url, query, {}, callers.with);
    assert.equal(rejected.data, undefined);
    assert.equal(rejected.errors[0].extensions.code, 'FORBIDDEN');
  });

  for (const { name, url } of both) {
    await t.test(`through ${name}`, async () => {
      const [{ title, author: user }] = (await dataOf(url, tickets1, callers.with)).tickets;
      assert.equal(title, 'Ticket 0');
      const data = await checkRedacted(url, tickets1, callers.without, ['tickets', 0, 'author'], user);
      assert.equal(data.tickets[0].title, title);
      same++;
    });
    await t.test(`the key of a person is withheld from the other subgraph through ${name}`, async () => {
      const queries = [
        '{ person(email: "person123@acme.example") { users { id } tickets { title } } }',
        '{ tickets(first: 1) { requester { email users { id } } } }',
      ];
      const [ours, theirs] = await Promise.all(queries.map((query) => accountgraph.execute(url, query, {}, callers.without)));
      assert.equal(ours.data.person, null);
      assert.deepEqual(ours.errors.map(({ path, extensions }) => [path, extensions.code]), [[['person', 'email'], 'FORBIDDEN']]);
      assert.equal(theirs.errors, undefined);
      assert.equal(theirs.data.tickets[0].requester.users.length, 4);
    });
    await t.test(`a forged token is rejected through ${name}`, async () => {
      const { data, errors } = await accountgraph.execute(url, tickets1, {}, callers.forged);
      assert.match(JSON.stringify(errors), /UNAUTHENTICATED/);
      assert.equal(data.tickets[0].title, 'Ticket 0');
      assert.equal(data.tickets[0].author?.name ?? null, null);
    });
  }
  await t.test('shared caches store none of the responses', () => {
    assert.ok(cache.counts.responses > 0);
    assert.equal(cache.counts.stored, 0);
  });
  assert.equal(same, both.length);
  figure(`a caller without the scope: FORBIDDEN on personal fields only, directly, by _entities and through ${same} gateways`);
});

// dataOf sends a query and returns the data of a response without errors.
async function dataOf(url, query, headers) {
  const { data, errors } = await accountgraph.execute(url, query, {}, headers);
  assert.equal(errors, undefined, JSON.stringify(errors));
  return data;
}

// checkRedacted sends a query and expects FORBIDDEN for the personal fields of the user at
// path, and the values of complete for all others.
async function checkRedacted(url, query, headers, path, complete) {
  const personal = ['email', 'lastLoginAt', 'phone'];
  const { data, errors } = await accountgraph.execute(url, query, {}, headers);
  const user = path.reduce((value, step) => value[step], data);
  assert.deepEqual(user, { ...complete, ...Object.fromEntries(personal.map((name) => [name, null])) });
  assert.deepEqual(
    errors.map(({ path, extensions }) => [path.join('.'), extensions.code]).sort(),
    personal.map((name) => [[...path, name].join('.'), 'FORBIDDEN']),
  );
  return data;
}
