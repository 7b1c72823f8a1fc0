import assert from 'node:assert/strict';
import test from 'node:test';
import * as accountgraph from './accountgraph.mjs';
import { open, run } from './chromium.mjs';
import { overflow, picture, start, violations } from './access.mjs';
import { figure } from './figures.mjs';
import { issue } from './tokens.mjs';

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

// shown returns the response that the page shows.
const shown = (page) =>
  page.evaluate(() => JSON.parse(globalThis.__MONACO.editor.getModels().find((model) => model.uri.path.endsWith('response.json')).getValue()));

test('graphiql: the panel shows the vendor calls and the cost', async (t) => {
  const vendors = await accountgraph.vendors();
  t.after(vendors.stop);
  const server = await accountgraph.serve(vendors.providers);
  t.after(server.stop);
  const browser = await start(t, new URL(server.page).origin);
  const page = await browser.visit('/');
  await page.locator('.graphiql-query-editor .view-line').first().waitFor();
  const { extensions } = await run(page, 'Circle');
  assert.equal(extensions.upstream.length, 6);
  assert.equal((await shown(page)).extensions, undefined, 'the response has no extensions that the user did not request');

  await page.getByRole('button', { name: '6 vendor calls for 6 reads' }).click();
  const panel = page.getByRole('region', { name: 'Vendor calls' });
  const rows = await panel.locator('.calls-row').allInnerTexts();
  const paths = (text) => text.map((row) => row.match(/GET (\S+)/)[1]).sort();
  assert.deepEqual(paths(rows), extensions.upstream.map(({ path }) => path).sort());
  for (const row of rows) assert.match(row, /^softwareone\s+vendor\s+[\d.,]+ ms/);
  const budget = await panel.locator('.calls-budget').allInnerTexts();
  assert.match(budget[0], new RegExp(`${extensions.cost.objects.toLocaleString('en')} of 20,000`));
  assert.match(budget[1], /softwareone\s+6 of 50/);

  // The first level is one call, that of the accounts, on which all others depend.
  const levels = await panel.locator('section').evaluateAll((sections) => sections.map((section) => section.querySelectorAll('.calls-row').length));
  assert.equal(levels[0], 1);
  assert.ok(levels.length >= 3, `${levels}`);
  await picture(page, 'graphiql');
  assert.deepEqual(await violations(page, '.calls'), []);
  assert.deepEqual(await violations(page, '.calls-summary'), []);

  // Repeated, everything is in memory.
  await page.locator('.graphiql-execute-button').click();
  await page.getByRole('button', { name: '0 vendor calls for 4 reads' }).waitFor();
  await panel.getByText('memory').first().waitFor();

  // A header of the user is kept, and so is what it requests.
  await page.evaluate(() => globalThis.__MONACO.editor.getModels().find((model) => model.uri.path.endsWith('request-headers.json')).setValue('{"Accountgraph-Trace": "1"}'));
  await page.locator('.graphiql-execute-button').click();
  await page.waitForFunction(() => globalThis.__MONACO.editor.getModels().find((model) => model.uri.path.endsWith('response.json')).getValue().includes('"upstream"'));
  assert.deepEqual(Object.keys((await shown(page)).extensions), ['upstream']);
  await page.evaluate(() => globalThis.__MONACO.editor.getModels().find((model) => model.uri.path.endsWith('request-headers.json')).setValue(''));

  // Without recording, the request has none of its headers.
  await panel.getByLabel('Record').uncheck();
  const sent = page.waitForRequest((request) => request.method() === 'POST');
  await page.locator('.graphiql-execute-button').click();
  const headers = (await sent).headers();
  assert.deepEqual(Object.keys(headers).filter((name) => name.startsWith('accountgraph-')), []);
  await panel.getByText('Recording is off').waitFor();
  figure(`graphiql: ${rows.length} vendor calls in ${levels.length} levels in the panel, without violations of axe-core`);
});

test('graphiql: in a narrow window, in dark colors', async (t) => {
  const vendors = await accountgraph.vendors();
  t.after(vendors.stop);
  const server = await accountgraph.serve(vendors.providers);
  t.after(server.stop);
  const browser = await start(t, new URL(server.page).origin);
  const page = await browser.visit('/', { width: 420, scheme: 'dark' });
  await page.locator('.graphiql-query-editor .view-line').first().waitFor();
  await run(page, 'Person');
  assert.ok((await overflow(page)) <= 0, 'the page is wider than the window');
  await page.locator('.calls-summary button').click();
  const panel = page.getByRole('region', { name: 'Vendor calls' });
  await panel.locator('.calls-row').first().waitFor();
  const box = await panel.boundingBox();
  assert.ok(box.x >= 0 && box.x + box.width <= 420 && box.y >= 0 && box.y < 900, `the panel is at ${JSON.stringify(box)}`);
  assert.deepEqual(await violations(page, '.calls'), []);
  for (const name of ['.graphiql-query-editor .monaco-editor', '.graphiql-response .monaco-editor', '.graphiql-execute-button']) {
    await page.locator(name).first().scrollIntoViewIfNeeded();
    const { x, y, width, height } = await page.locator(name).first().boundingBox();
    assert.ok(x >= 0 && x + width <= 420 && y < 900 && y + height > 0 && width >= 32, `${name} is at ${[x, y, width, height]}`);
  }
  await picture(page, 'graphiql-narrow');
  figure('graphiql: usable in 420 pixels');
});

// legible asserts that an element is on an opaque ground, with text in GraphiQL's font and a
// contrast of 4.5 to 1 or more. axe-core does not check what lies over other elements.
async function legible(page, element) {
  await page.locator(element).waitFor();
  const { ground, text, family } = await page.locator(element).evaluate((shown) => {
    const { backgroundColor, color, fontFamily } = getComputedStyle(shown);
    const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    const bytes = (value) => {
      context.clearRect(0, 0, 1, 1);
      context.fillStyle = value;
      context.fillRect(0, 0, 1, 1);
      return [...context.getImageData(0, 0, 1, 1).data];
    };
    return { ground: bytes(backgroundColor), text: bytes(color), family: fontFamily };
  });
  const linear = (byte) => (byte / 255 <= 0.04045 ? byte / 255 / 12.92 : ((byte / 255 + 0.055) / 1.055) ** 2.4);
  const luminance = ([red, green, blue]) => 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
  const [dark, light] = [luminance(ground), luminance(text)].sort((a, b) => a - b);
  const contrast = (light + 0.05) / (dark + 0.05);
  assert.equal(ground[3], 255, `the ground of ${element} is not opaque`);
  assert.ok(contrast >= 4.5, `the contrast of ${element} is ${contrast}`);
  assert.match(family, /Roboto/);
}

test('graphiql: a token that the server needs', async (t) => {
  const issuer = await issue();
  t.after(issuer.stop);
  const vendors = await accountgraph.vendors();
  t.after(vendors.stop);
  const server = await accountgraph.serve(`server: {auth: {jwt: ${issuer.config}}}\n${vendors.providers}`);
  t.after(server.stop);
  const browser = await start(t, new URL(server.page).origin);
  const page = await browser.visit('/');
  const form = page.getByRole('form', { name: 'Access token' });
  await form.getByText('This server needs an access token').waitFor();
  assert.match(await form.innerText(), /\{"authorization": "Bearer …"\}/);
  assert.deepEqual(await violations(page, '.signin'), []);
  await legible(page, '.signin');
  await legible((await browser.visit('/', { width: 420, scheme: 'dark' })), '.signin');
  await form.getByLabel('Access token').fill('a.b.c');
  await form.getByRole('button', { name: 'Use it' }).click();
  await form.getByText('The server does not accept this token').waitFor();

  const token = issuer.token('personal:read');
  await form.getByLabel('Access token').fill(`Bearer ${token}`);
  await form.getByRole('button', { name: 'Use it' }).click();
  await form.waitFor({ state: 'detached' });
  await page.getByText('Root Types').waitFor();
  const response = await run(page, 'Person');
  assert.equal(response.errors, undefined);
  assert.ok(response.data.person.users.length > 1);
  await page.waitForTimeout(1000); // GraphiQL writes to storage after half a second
  const stored = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]));
  assert.ok(!stored.includes(token), 'the token is stored');
  await page.getByRole('button', { name: 'Access token is set: remove it' }).click();
  await page.locator('.graphiql-execute-button').click();
  await form.getByText('This server needs an access token').waitFor();
});

test('graphiql: a tab that is selected before the editor has loaded', async (t) => {
  const vendors = await accountgraph.vendors();
  t.after(vendors.stop);
  const server = await accountgraph.serve(vendors.providers);
  t.after(server.stop);
  const { origin } = new URL(server.page);
  const browser = await start(t, origin);
  const page = await browser.visit('/graphql', { scheme: 'dark' });
  let release;
  const released = new Promise((resolve) => (release = resolve));
  await page.route(/monaco-editor-.*\.js/, async (route) => {
    await released;
    await route.continue();
  });
  await page.goto(`${origin}/`);
  await page.locator('.graphiql-tab-button', { hasText: 'Circle' }).click();
  assert.equal(await page.locator('.graphiql-query-editor .view-line').count(), 0, 'the editor has loaded already');
  release();
  await page.locator('.graphiql-query-editor .view-line', { hasText: 'query Circle' }).waitFor();
  assert.deepEqual(await page.locator('.graphiql-tab-button').allTextContents(), ['Users', 'Circle', 'Person', 'Entities']);
  const sent = page.waitForRequest((request) => request.method() === 'POST' && request.postDataJSON().operationName === 'Circle');
  await page.locator('.graphiql-execute-button').click();
  assert.match((await sent).postDataJSON().query, /query Circle/);
  assert.equal(await page.evaluate(() => getComputedStyle(document.querySelector('.graphiql-plugin')).colorScheme), 'light dark');
});
