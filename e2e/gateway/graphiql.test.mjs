import assert from 'node:assert/strict';
import test from 'node:test';
import * as accountgraph from './accountgraph.mjs';
import { open, run } from './chromium.mjs';
import { figure } from './figures.mjs';

// Every tab runs without an error, there are no requests to other hosts, the console is
// empty, and no header is stored.
test('graphiql: every tab runs in a browser', async (t) => {
  const vendors = await accountgraph.vendors();
  t.after(vendors.stop);
  const server = await accountgraph.serve(vendors.providers);
  t.after(server.stop);
  const requests = [];
  const errors = [];
  const observe = (kind, what) => (kind === 'request' ? requests : errors).push(what);
  const { browser, page } = await open(server.page, { observe });
  t.after(() => browser.close());

  const titles = page.locator('.graphiql-tab-button');
  const tabs = await titles.allTextContents();
  assert.deepEqual(tabs, ['Users', 'Circle', 'Person', 'Entities']);
  assert.equal(await page.title(), 'accountgraph');
  for (const title of tabs) {
    const response = await run(page, title);
    assert.equal(response.errors, undefined, `${title}: ${JSON.stringify(response.errors?.[0])}`);
    for (const [field, value] of Object.entries(response.data)) assert.ok(value, `${title}: ${field} is null`);
  }

  await page.getByText('Root Types').waitFor();
  const types = await page.locator('.graphiql-doc-explorer-content').allInnerTexts();
  assert.match(types[0], /AccountConnection/);
  assert.doesNotMatch(types[0], /ByIDsInput|FieldSet|federation__/, 'the docs leave internals out');
  await page.getByRole('button', { name: 'Show GraphiQL Explorer' }).click();
  await page.locator('.graphiql-explorer-root').waitFor();

  // A token in the headers is sent, and not stored.
  await titles.first().click();
  await page.evaluate(() => {
    const models = globalThis.__MONACO.editor.getModels();
    models.find((model) => model.uri.path.endsWith('request-headers.json')).setValue('{"authorization": "Bearer s3cr3t"}');
  });
  const sent = page.waitForRequest((request) => request.headers().authorization === 'Bearer s3cr3t');
  await page.locator('.graphiql-execute-button').click();
  await sent;
  // GraphiQL writes to storage after half a second.
  await page.waitForTimeout(1500);
  const stored = await page.evaluate(() => JSON.stringify({ ...localStorage }));
  assert.match(stored, /query Circle/, 'tabs are stored');
  assert.match(stored, /accountgraph\/graphiql:queries/, 'history is stored');
  assert.doesNotMatch(stored, /s3cr3t/, 'no header is stored');

  await page.reload();
  await page.locator('.graphiql-query-editor .view-line').first().waitFor();
  assert.equal(await titles.count(), tabs.length);

  const { origin } = new URL(server.page);
  const elsewhere = requests.filter((to) => !/^(data|blob):/.test(to) && new URL(to).origin !== origin);
  assert.deepEqual(elsewhere, [], 'requests to other hosts');
  assert.deepEqual(errors, [], 'errors and warnings on the console');
  figure(`graphiql: ${tabs.length} tabs ran, ${elsewhere.length} requests to other hosts`);
});
