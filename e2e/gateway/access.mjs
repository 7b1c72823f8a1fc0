// Opens the pages of the server in headless Chromium.
import assert from 'node:assert/strict';
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { launch } from './chromium.mjs';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

// With IMAGES=1 the tests write the pictures of the documentation.
const images = process.env.IMAGES && fileURLToPath(new URL('../../docs/images/', import.meta.url));

export async function picture(page, name) {
  if (!images) return;
  await mkdir(images, { recursive: true });
  await page.evaluate(() => document.fonts.ready);
  await page.mouse.move(0, 0);
  await page.screenshot({ path: `${images}${name}.png` });
}

// start runs a browser for one test. The test fails if a page writes to the console, or asks
// another host.
export async function start(t, origin) {
  const browser = await launch();
  const requests = [];
  const errors = [];
  t.after(async () => {
    await browser.close();
    assert.deepEqual(errors, [], 'errors and warnings on the console');
    assert.deepEqual(requests.filter((url) => !url.startsWith('blob:') && new URL(url).origin !== origin), [], 'requests to other hosts');
  });
  return {
    requests,
    // open opens the page "Who has access" at a fragment and waits until something was read.
    async open(fragment = '', options) {
      const page = await this.visit(`/access${fragment}`, options);
      await ready(page);
      return page;
    },
    // visit opens a path.
    async visit(path, { width = 1400, height = 900, scheme = 'light' } = {}) {
      const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, acceptDownloads: true, timezoneId: 'UTC' });
      context.on('request', (request) => requests.push(request.url()));
      context.on('weberror', (error) => errors.push(String(error.error())));
      context.on('console', (message) => {
        // Chromium reports each response with an error status.
        const isStatus = /^Failed to load resource: the server responded with a status of (401|403|503)/.test(message.text());
        if (['error', 'warning'].includes(message.type()) && !isStatus) errors.push(message.text());
      });
      const page = await context.newPage();
      page.setDefaultTimeout(60_000);
      await page.goto(`${origin}${path}`);
      return page;
    },
  };
}

// ready waits until the view shows what it read.
export async function ready(page) {
  await page.locator('main :is([data-complete], [data-notice], .facts, .paste)').first().waitFor();
  await page.locator('[aria-busy="true"]').waitFor({ state: 'detached' });
}

// violations returns what axe-core finds. The page lets nobody inject a script, so that axe is
// evaluated by the debugger.
// element is a selector of the part that is checked.
export async function violations(page, element = 'html') {
  await page.evaluate(axe);
  const found = await page.evaluate((element) => globalThis.axe.run(element, { resultTypes: ['violations'] }), element);
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html.slice(0, 160)} ${failureSummary}`).join(' | ')}`);
}

// overflow is by how many pixels the page is wider than its window.
export const overflow = (page) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

// csv returns the file that an action downloads, as records by column.
export async function csv(page, action) {
  const downloading = page.waitForEvent('download');
  await action();
  const download = await downloading;
  const text = await readFile(await download.path(), 'utf8');
  const [columns, ...rows] = records(text);
  return { name: download.suggestedFilename(), text, columns, rows: rows.map((row) => Object.fromEntries(row.map((value, i) => [columns[i], value]))) };
}

// records reads CSV strictly by RFC 4180: every line ends with CR LF, quotes are doubled, and every
// record has as many fields as the first.
function records(text) {
  const all = [];
  let record = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y;
  field.lastIndex = text.startsWith('\ufeff') ? 1 : 0;
  while (field.lastIndex < text.length) {
    const at = field.lastIndex;
    const match = field.exec(text);
    assert.ok(match, `no field of RFC 4180 at ${at}: ${text.slice(at, at + 80)}`);
    record.push(match[1]?.replaceAll('""', '"') ?? match[2]);
    if (match[3] === ',') continue;
    all.push(record);
    record = [];
  }
  for (const each of all) assert.equal(each.length, all[0].length, each.join());
  return all;
}
