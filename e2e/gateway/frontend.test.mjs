import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gql } from '@apollo/client';
import { codegen } from '@graphql-codegen/core';
import * as typescript from '@graphql-codegen/typescript';
import { buildSchema, getIntrospectionQuery, parse } from 'graphql';
import relay from 'relay-runtime';
import * as accountgraph from './accountgraph.mjs';
import { figure } from './figures.mjs';

const run = promisify(execFile);
const here = fileURLToPath(new URL('.', import.meta.url));

let folder, vendors, healthy, degraded, introspection;

before(async () => {
  folder = await mkdtemp(join(here, 'recipes-'));
  vendors = await accountgraph.vendors();
  healthy = await accountgraph.serve(vendors.providers);
  degraded = await accountgraph.serve(await accountgraph.without(vendors.providers, 'blendvision'));
  introspection = (await accountgraph.execute(healthy.url, getIntrospectionQuery())).data;
});

after(async () => {
  await healthy?.stop();
  await degraded?.stop();
  await vendors?.stop();
  await rm(folder, { recursive: true });
});

// recipe imports a module of docs/frontend.md.
async function recipe(name) {
  const text = await readFile(new URL('../../docs/frontend.md', import.meta.url), 'utf8');
  const found = text.match(new RegExp('```js ' + name + '\\n([^]*?)```'));
  assert.ok(found, `docs/frontend.md has no recipe ${name}`);
  const file = join(folder, `${name}.mjs`);
  await writeFile(file, found[1]);
  return import(file);
}

const users = `query Users($after: String) {
  users(first: 5, after: $after, orderBy: { field: NAME }) { complete pageInfo { hasNextPage endCursor } edges { cursor node { id name } } }
}`;
const city = '{ account(id: "activeplatform:Account:7011") { id address { city } } }';
const country = '{ account(id: "activeplatform:Account:7011") { id address { country } } }';
const person = '{ person(email: "person123@acme.example") { email name } }';
const personByUser = '{ user(id: "activeplatform:User:2003047") { id person { email lastLoginAt } } }';
const tenant = '{ user(id: "activeplatform:User:2003047") { id memberships(first: 1) { complete edges { cursor node { id tenant { ... on Node { id } name } } } } } }';

test('frontend: Apollo Client', async () => {
  const { createClient } = await recipe('apollo');
  const client = createClient(healthy.url, introspection);
  const read = (text) => client.readQuery({ query: gql(text) });
  const observed = client.watchQuery({ query: gql(users) });
  const subscription = observed.subscribe(() => {});
  const first = (await observed.refetch()).data.users;
  await observed.fetchMore({ variables: { after: first.pageInfo.endCursor } });
  const joined = read(users).users;
  assert.equal(joined.edges.length, 10);
  assert.equal(joined.complete, true);
  assert.equal(new Set(joined.edges.map(({ node }) => node.id)).size, 10);
  subscription.unsubscribe();

  for (const text of [city, country, person, personByUser, tenant]) await client.query({ query: gql(text) });
  assert.ok(read(city).account.address.city && read(country).account.address.country, 'a value object lost a field');
  assert.ok(client.cache.extract()['Person:{"email":"person123@acme.example"}'].name);
  assert.ok(read(tenant).user.memberships.edges[0].node.tenant.id, 'possibleTypes');
});

test('frontend: Apollo Client keeps complete without the errors', async () => {
  const { createClient } = await recipe('apollo');
  const client = createClient(degraded.url, introspection);
  const { data, error } = await client.query({ query: gql(users) });
  assert.ok(error);
  assert.equal(data.users.edges.length, 5);
  assert.equal(client.readQuery({ query: gql(users) }).users.complete, false);
  figure('client: Apollo Client, with its normalized cache, against a server: as in docs/frontend.md');
});

test('frontend: urql', async () => {
  const { createClient } = await recipe('urql');
  const client = createClient(healthy.url, introspection);
  const read = async (text, variables = {}, requestPolicy = 'cache-only') => (await client.query(text, variables, { requestPolicy }).toPromise()).data;
  const first = (await read(users, {}, 'cache-first')).users;
  await read(users, { after: first.pageInfo.endCursor }, 'cache-first');
  const joined = (await read(users)).users;
  assert.equal(joined.edges.length, 10);
  assert.equal(joined.complete, true);

  for (const text of [city, country, person, personByUser, tenant]) assert.ok(await read(text, {}, 'network-only'));
  assert.ok((await read(city)).account.address.city && (await read(country)).account.address.country, 'a value object lost a field');
  assert.ok((await read(person)).person.name);
  assert.ok((await read(tenant)).user.memberships.edges[0].node.tenant.id);

  const partial = createClient(degraded.url, introspection);
  const { data, error } = await partial.query(users, {}).toPromise();
  assert.ok(error);
  assert.equal(data.users.edges.length, 5);
  assert.equal((await partial.query(users, {}, { requestPolicy: 'cache-only' }).toPromise()).data.users.complete, false);
  figure('client: urql, with Graphcache, against a server: as in docs/frontend.md');
});

test('frontend: Relay', async () => {
  const { createEnvironment } = await recipe('relay');
  await writeFile(join(folder, 'schema.graphql'), await accountgraph.clientSchema());
  await mkdir(join(folder, '__generated__'));
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  await writeFile(join(folder, 'relay.config.json'), JSON.stringify({
    src: '.', schema: './schema.graphql', language: 'javascript', eagerEsModules: true, artifactDirectory: './__generated__', noSourceControl: true,
  }));
  await writeFile(join(folder, 'app.js'), `import { graphql } from 'relay-runtime';
graphql\`query appQuery { users(first: 5) { complete edges { node { id name } } } person(email: "person123@acme.example") { email name } }\`;
`);
  await run(join(here, 'node_modules/.bin/relay-compiler'), [], { cwd: folder });
  const { default: query } = await import(join(folder, '__generated__/appQuery.graphql.js'));
  const environment = createEnvironment(healthy.url);
  const data = await relay.fetchQuery(environment, query, {}).toPromise();
  assert.equal(data.users.edges.length, 5);
  assert.equal(data.users.complete, true);
  const source = environment.getStore().getSource();
  assert.equal(source.get('Person:person123@acme.example').name, data.person.name);
  assert.equal(source.get(data.users.edges[0].node.id).name, data.users.edges[0].node.name);
  figure('client: Relay, with its store, against a server: as in docs/frontend.md');
});

test('frontend: GraphQL Code Generator', async () => {
  const { config } = await recipe('codegen');
  const sdl = await accountgraph.clientSchema();
  const code = await codegen({
    filename: 'schema.ts', documents: [], schema: parse(sdl), schemaAst: buildSchema(sdl),
    plugins: [{ typescript: {} }], pluginMap: { typescript }, config,
  });
  assert.match(code, /DateTime: \{ input: string; output: string; \}/);
  assert.match(code, /'%future added value'|%future added value/);
  figure('client: GraphQL Code Generator, with strict scalars: types of the whole schema');
});
