import assert from 'node:assert/strict';
import test from 'node:test';
import { apollo, hive, wundergraph } from './composition.mjs';
import { figure } from './figures.mjs';

const composers = { '@apollo/composition': apollo, '@wundergraph/composition': wundergraph };

test('composition: no errors and no hints', async () => {
  let hints = 0;
  for (const [name, compose] of Object.entries(composers)) {
    const result = await compose();
    assert.deepEqual(result.errors, [], name);
    assert.deepEqual(result.hints, [], name);
    hints += result.hints.length;
  }
  figure(`composition: ${hints} hints in ${Object.keys(composers).length} composers`);
});

test('composition: older versions of federation', async () => {
  assert.deepEqual((await hive()).errors, []);
  for (const federation of ['2.3', '2.4', '2.5', '2.9']) {
    for (const compose of [apollo, wundergraph]) {
      const { errors, hints } = await compose({ federation });
      assert.deepEqual([...errors, ...hints], [], federation);
    }
  }
});

test('composition: a conflict is an error', async () => {
  const change = (sdl) => sdl.replace('type User implements Node @key(fields: "id")', 'type User implements Node @key(fields: "number")');
  for (const [name, compose] of Object.entries({ ...composers, hive })) {
    assert.notEqual((await compose({ change })).errors.length, 0, name);
  }
});

test('composition: a contract without personal data', async () => {
  const change = (sdl) => sdl.replaceAll('@tag(name: "personal")', '@inaccessible').replace('"@tag"', '"@inaccessible"');
  const { errors, schema } = await apollo({ change });
  assert.deepEqual(errors, []);
  const fields = (type) => schema.toAPISchema().type(type).fields().map((field) => field.name);
  assert.deepEqual(fields('Person'), ['users', 'memberships', 'providers', 'unavailableProviders', 'canSignIn', 'licenses', 'loginCount', 'matches', 'tickets']);
  assert.deepEqual(fields('User').filter((name) => /email|name|phone|icon|login/i.test(name)), []);
});

test('composition: the supergraph keeps cache tags, costs, scopes and tags', async () => {
  const { supergraph } = await apollo();
  for (const text of [
    'name: "federation__cacheTag", args: {format: "{$key.id}"}',
    '@cost(weight: 20)',
    'sizedFields: ["edges", "nodes"]',
  ]) {
    assert.ok(supergraph.includes(text), text);
  }
  const email = supergraph.match(/^ +email: String @.*$/m)[0];
  for (const text of ['@requiresScopes(scopes: [["personal:read"]])', '@tag(name: "personal")']) assert.ok(email.includes(text), email);
});
