import assert from 'node:assert/strict';
import test from 'node:test';
import { apollo, wundergraph } from './composition.mjs';
import { figure } from './figures.mjs';

const composers = { '@apollo/composition': apollo, '@wundergraph/composition': wundergraph };

test('both composers compose without an error or a hint', async () => {
  let hints = 0;
  for (const [name, compose] of Object.entries(composers)) {
    const result = await compose();
    assert.deepEqual(result.errors, [], name);
    assert.deepEqual(result.hints, [], name);
    hints += result.hints.length;
  }
  figure(`composition: ${hints} hints in ${Object.keys(composers).length} composers`);
});

test('both composers notice a conflict', async () => {
  const change = (sdl) => sdl.replace('type User implements Node @key(fields: "id")', 'type User implements Node @key(fields: "number")');
  for (const [name, compose] of Object.entries(composers)) {
    assert.notEqual((await compose(undefined, change)).errors.length, 0, name);
  }
});

test('a contract without personal data is a schema', async () => {
  const hide = (sdl) => sdl.replaceAll('@tag(name: "personal")', '@inaccessible').replace('"@tag"', '"@inaccessible"');
  const { errors, schema } = await apollo(undefined, hide);
  assert.deepEqual(errors, []);
  const fields = (type) => Object.keys(Object.fromEntries(schema.toAPISchema().type(type).fields().map((f) => [f.name, f])));
  assert.deepEqual(fields('Person'), ['users', 'memberships', 'providers', 'tickets']);
  assert.deepEqual(fields('User').filter((name) => /email|name|phone|icon|login/i.test(name)), []);
});

test('what a router is told about caching, cost and personal data reaches the supergraph', async () => {
  const { supergraph } = await apollo();
  for (const told of [
    'name: "federation__cacheTag", args: {format: "{$key.id}"}',
    '@cost(weight: 20)',
    'sizedFields: ["edges", "nodes"]',
    'email: String @join__field(graph: ACCOUNTGRAPH) @tag(name: "personal")',
  ]) {
    assert.ok(supergraph.includes(told), told);
  }
});
