// Checks the page in a browser, against a running server:
//   node check.mjs http://127.0.0.1:8080/
// Every tab is run and must be answered without an error; nothing may be asked
// of another host; the console stays silent; no header is stored.
import assert from 'node:assert/strict';
import { open, run } from './chromium.mjs';

const url = process.argv[2];
if (!url) {
  console.error('usage: node check.mjs <url>');
  process.exit(2);
}
const requests = [];
const errors = [];
const seen = (kind, what) => (kind === 'request' ? requests : errors).push(what);
const { browser, page } = await open(url, { seen });
try {
  const titles = page.locator('.graphiql-tab-button');
  assert.deepEqual(await titles.allTextContents(), ['Users', 'Circle', 'Person', 'Entities']);
  assert.equal(await page.title(), 'accountgraph');
  for (const title of await titles.allTextContents()) {
    const answer = await run(page, title);
    assert.equal(answer.errors, undefined, `${title}: ${JSON.stringify(answer.errors?.[0])}`);
    for (const [field, value] of Object.entries(answer.data)) assert.ok(value, `${title}: ${field} is null`);
    console.log(`${title}: answered`);
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
  assert.equal(await titles.count(), 4);

  const origin = new URL(url).origin;
  const elsewhere = requests.filter((to) => !/^(data|blob):/.test(to) && new URL(to).origin !== origin);
  assert.deepEqual(elsewhere, [], 'requests to other hosts');
  assert.deepEqual(errors, [], 'errors and warnings on the console');
  console.log(`${requests.length} requests, all to ${origin}`);
} finally {
  await browser.close();
}
