import assert from 'node:assert/strict';
import test from 'node:test';
import { auditServer } from 'graphql-http';
import * as accountgraph from './accountgraph.mjs';
import { figure } from './figures.mjs';

// total is the number of audits of the pinned version.
const total = 61;

test('graphql-http: all audits pass', async (t) => {
  const vendors = await accountgraph.vendors();
  t.after(vendors.stop);
  const server = await accountgraph.serve(vendors.providers);
  t.after(server.stop);
  const results = await auditServer({ url: server.url });
  const bad = results.filter(({ status }) => status !== 'ok');
  assert.deepEqual(bad.map(({ id, name, status, reason }) => `${id} ${name}: ${status}, ${reason}`), []);
  assert.equal(results.length, total);
  const warnings = results.filter(({ status }) => status === 'warn').length;
  figure(`graphql-http audits: ${results.length - bad.length} of ${total} ok, ${warnings} warnings`);
});
