import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { parse, print, visit } from 'graphql';
import { breaking, unannounced } from './breaking.mjs';
import { figure } from './figures.mjs';

const read = (name) => readFile(new URL(`../../${name}`, import.meta.url), 'utf8');

test('schema: what the last release had is still there, or CHANGELOG.md says so under "Breaking"', async () => {
  const sentences = breaking(await read('docs/releases/schema.graphqls'), await read('schema.graphqls'));
  assert.deepEqual(unannounced(sentences, await read('CHANGELOG.md')), [], 'name these changes in CHANGELOG.md, below "## [Unreleased]", "### Breaking"');
  figure(`schema: ${sentences.length} breaking changes since the last release, all of them in CHANGELOG.md`);
});

test('schema: a breaking change is found, unless it is announced', async () => {
  const withDescriptions = parse(await read('docs/releases/schema.graphqls'));
  const released = print(visit(withDescriptions, { enter: (node) => ('description' in node ? { ...node, description: undefined } : undefined) }));
  const changelog = '# Changelog\n\n## [Unreleased]\n\n### Breaking\n\n- SENTENCE\n\n### Added\n\n- a\n\n## [1.0.0]\n\n### Breaking\n\n- old\n';
  const changes = [
    [/^  lastLoginAt: DateTime.*\n/m, '', 'User.lastLoginAt was removed.'],
    [/^  canSignIn: Boolean$/m, '  canSignIn: String', 'Person.canSignIn changed type from Boolean to String.'],
    [/person\(email: String!/, 'person(email: String!, exact: Boolean!', 'A required arg exact on Query.person was added.'],
    [/^  INVITATION_EXPIRED\n/m, '', 'INVITATION_EXPIRED was removed from enum type UserStatus.'],
    [/^input UserOrder \{\n/m, 'input UserOrder {\n  must: Int!\n', 'A required field must on input type UserOrder was added.'],
    [/type Person @key\(fields: "email"\)/, 'type Person', '@key(fields: "email") of Person was removed.'],
    [/type Account implements Node & Tenant/, 'type Account implements Node', 'Account no longer implements interface Tenant.'],
  ];
  for (const [text, other, sentence] of changes) {
    const changed = released.replace(text, other);
    assert.ok(changed !== released, `the schema has no ${text}`);
    const found = breaking(released, changed);
    assert.deepEqual(found, [sentence]);
    assert.deepEqual(unannounced(found, changelog), [sentence]);
    assert.deepEqual(unannounced(found, changelog.replace('SENTENCE', sentence.replace(' ', '\n  ').replace(/(\w+\.\w+)/, '`$1`'))), []);
    assert.deepEqual(unannounced(found, changelog.replace('old', sentence)), [sentence], 'a release that is out announces nothing');
  }
  assert.deepEqual(breaking(released, released.replace(/^type Phone \{\n/m, 'type Phone {\n  extension: String\n')), [], 'a new field breaks nobody');
});
