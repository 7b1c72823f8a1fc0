import assert from 'node:assert/strict';
import test from 'node:test';
import * as accountgraph from './accountgraph.mjs';
import { open, run } from './chromium.mjs';
import { figure } from './figures.mjs';

// Every tab is run and must be answered without an error; nothing may be asked of
// another host; the console stays silent; no header is stored.
test('GraphiQL answers in a browser, which asks no other host', async (t) => {
  const vendors = await accountgraph.vendors();
  t.after(vendors.stop);
  const server = await accountgraph.serve(vendors.providers);
  t.after(server.stop);
  const requests = [];
  const errors = [];
  const seen = (kind, what) => (kind === 'request' ? requests : errors).push(what);
  const { browser, page } = await open(server.page, { seen });
  t.after(() => browser.close());

  const titles = page.locator('.graphiql-tab-button');
  const tabs = await titles.allTextContents();
  assert.deepEqual(tabs, ['Users', 'Circle', 'Person', 'Entities']);
  assert.equal(await page.title(), 'accountgraph');
  for (const title of tabs) {
    const answer = await run(page, title);
    assert.equal(answer.errors, undefined, `${title}: ${JSON.stringify(answer.errors?.[0])}`);
    for (const [field, value] of Object.entries(answer.data)) assert.ok(value, `${title}: ${field} is null`);
  }

  await page.getByText('Root Types').waitFor();
  const types = await page.locator('.graphiql-doc-explorer-content').allInnerTexts();
  assert.match(types[0], /AccountConnection/);
  assert.doesNotMatch(types[0], /ByIDsInput|FieldSet|federation__/, 'the docs leave internals out');
  await page.getByRole('button', { name: 'Show GraphiQL Explorer' }).click();
  await page.locator('.graphiql-explorer-root').waitFor();

  // A token put into the headers is sent, and forgotten.
  await titles.first().click();
  await page.evaluate(() => {
    const models = globalThis.__MONACO.editor.getModels();
    models.find((model) => model.uri.path.endsWith('request-headers.json')).setValue('{"authorization": "Bearer canary"}');
  });
  const asked = page.waitForRequest((request) => request.headers().authorization === 'Bearer canary');
  await page.locator('.graphiql-execute-button').click();
  await asked;
  // GraphiQL stores half a second late.
  await page.waitForTimeout(1500);
  const stored = await page.evaluate(() => JSON.stringify({ ...localStorage }));
  assert.match(stored, /query Circle/, 'tabs are remembered');
  assert.match(stored, /accountgraph\/graphiql:queries/, 'history is remembered');
  assert.doesNotMatch(stored, /canary/, 'no header is remembered');

  await page.reload();
  await page.locator('.graphiql-query-editor .view-line').first().waitFor();
  assert.equal(await titles.count(), tabs.length);

  const { origin } = new URL(server.page);
  const elsewhere = requests.filter((to) => !/^(data|blob):/.test(to) && new URL(to).origin !== origin);
  assert.deepEqual(elsewhere, [], 'requests to other hosts');
  assert.deepEqual(errors, [], 'errors and warnings on the console');
  figure(`graphiql: ${tabs.length} tabs answered, ${elsewhere.length} requests to other hosts`);
});
