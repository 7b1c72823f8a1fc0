import assert from 'node:assert/strict';
import test from 'node:test';
import { auditServer } from 'graphql-http';
import * as accountgraph from './accountgraph.mjs';
import { figure } from './figures.mjs';

// known is how many audits the pinned version has.
const known = 61;

test('GraphQL over HTTP is spoken as the audits of graphql-http want it', async (t) => {
  const vendors = await accountgraph.vendors();
  t.after(vendors.stop);
  const server = await accountgraph.serve(vendors.providers);
  t.after(server.stop);
  const results = await auditServer({ url: server.url });
  const bad = results.filter(({ status }) => status !== 'ok');
  assert.deepEqual(bad.map(({ id, name, status, reason }) => `${id} ${name}: ${status}, ${reason}`), []);
  assert.equal(results.length, known);
  const warnings = results.filter(({ status }) => status === 'warn').length;
  figure(`graphql-http audits: ${results.length - bad.length} of ${known} ok, ${warnings} warnings`);
});
