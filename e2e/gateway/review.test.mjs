import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { pathToFileURL } from 'node:url';
import { overflow, violations } from './access.mjs';
import * as accountgraph from './accountgraph.mjs';
import { launch } from './chromium.mjs';

// A name is text, whatever it looks like.
const hostile = '<img src=x onerror=document.title=1>';

// renaming serves a vendor's API, in whose responses the first name is another one.
async function renaming(t, providers, provider, name) {
  const vendor = new RegExp(`(- name: ${provider}\n(?:.*\n)*?\\s+baseURL: )(\\S+)`);
  const [, , baseURL] = vendor.exec(providers);
  const server = createServer(async (request, response) => {
    const { authorization = '' } = request.headers;
    const answer = await fetch(baseURL + request.url, { headers: { authorization } });
    const body = (await answer.text()).replace(/"name":\s*"[^"]*"/, `"name":${JSON.stringify(name)}`);
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') }).end(body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return providers.replace(vendor, `$1http://127.0.0.1:${server.address().port}`);
}

// review writes the page of a review.
async function review(t) {
  const vendors = await accountgraph.vendors();
  t.after(vendors.stop);
  const folder = await mkdtemp(join(tmpdir(), 'accountgraph-e2e-'));
  t.after(() => rm(folder, { recursive: true }));
  const config = join(folder, 'accountgraph.yaml');
  const file = join(folder, 'orphans.html');
  await writeFile(config, await renaming(t, vendors.providers, 'activityinfo', hostile));
  assert.equal(await accountgraph.command(['review', 'orphans', '--domains', 'acme.example', '--config', config, '--format', 'html', '--out', file]), 0);
  return file;
}

const column = (page, name) =>
  page.evaluate((name) => {
    const index = [...document.querySelectorAll('th')].findIndex((th) => th.textContent === name);
    return [...document.querySelector('tbody').rows].map((row) => row.cells[index].textContent);
  }, name);

test('review: the page for an auditor opens from a file, sorts, prints, and asks nobody', async (t) => {
  const file = await review(t);
  const browser = await launch();
  t.after(() => browser.close());
  for (const colorScheme of ['light', 'dark']) {
    const requests = [];
    const problems = [];
    const context = await browser.newContext({ colorScheme, viewport: { width: 1400, height: 900 } });
    context.on('request', (request) => requests.push(request.url()));
    context.on('weberror', (error) => problems.push(String(error.error())));
    context.on('console', (message) => problems.push(message.text()));
    const page = await context.newPage();
    const url = pathToFileURL(file).href;
    await page.goto(url);
    await page.evaluate(() => {
      globalThis.blocked = [];
      document.addEventListener('securitypolicyviolation', (event) => globalThis.blocked.push(event.violatedDirective));
    });

    // Values are text.
    const emails = await column(page, 'email');
    assert.ok((await column(page, 'name')).includes(hostile));
    assert.equal(await page.locator('tbody img').count(), 0);
    assert.equal(await page.title(), 'Access review: orphans');
    assert.ok(emails.length >= 32);

    // By mouse and by keyboard, in both directions.
    const collator = new Intl.Collator('en', { numeric: true });
    const email = page.locator('th', { hasText: 'email' });
    await email.getByRole('button').click();
    assert.equal(await email.getAttribute('aria-sort'), 'ascending');
    assert.deepEqual(await column(page, 'email'), emails.toSorted(collator.compare));
    await page.keyboard.press('Tab');
    const name = page.locator('th', { hasText: 'name' }).first();
    assert.equal(await page.evaluate(() => document.activeElement.textContent), 'name');
    assert.notEqual(await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle), 'none');
    const names = await column(page, 'name');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Space');
    assert.equal(await name.getAttribute('aria-sort'), 'descending');
    assert.equal(await email.getAttribute('aria-sort'), 'none');
    assert.deepEqual(await column(page, 'name'), names.toSorted((a, b) => collator.compare(b, a)));

    assert.deepEqual(await violations(page), []);
    await page.setViewportSize({ width: 420, height: 800 });
    assert.ok((await overflow(page)) <= 0, 'the page is wider than a narrow window');

    // On paper, each page has the header, and nothing is cut off.
    await page.emulateMedia({ media: 'print' });
    const paper = await page.evaluate(() => ({
      head: getComputedStyle(document.querySelector('thead')).display,
      row: getComputedStyle(document.querySelector('tbody tr')).breakInside,
      overflow: getComputedStyle(document.querySelector('main')).overflowX,
      scheme: getComputedStyle(document.documentElement).colorScheme,
    }));
    assert.deepEqual(paper, { head: 'table-header-group', row: 'avoid', overflow: 'visible', scheme: 'light' });
    assert.ok((await page.pdf({ landscape: true })).length > 10_000);

    // No request leaves the page, not even of a script that somebody would have brought in.
    await page.evaluate(() => fetch('http://127.0.0.1:9/').catch(() => {}));
    assert.deepEqual(await page.evaluate(() => globalThis.blocked), ['connect-src']);
    assert.deepEqual(requests, [url]);
    assert.deepEqual(problems.filter((text) => !text.includes('http://127.0.0.1:9/')), []);
    await context.close();
  }
  const text = await readFile(file, 'utf8');
  assert.ok(!/(?:src|href)=["']?(?!x)/.test(text.replaceAll('&lt;', '')), 'the page names no other file');
});
