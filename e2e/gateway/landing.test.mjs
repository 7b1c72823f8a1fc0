import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { buildSchema } from 'graphql';
import { overflow, picture, start, violations } from './access.mjs';
import * as accountgraph from './accountgraph.mjs';
import { figure } from './figures.mjs';

const run = promisify(execFile);

test('landing: the committed build is that of the source and the schema', async () => {
  await run('npm', ['run', '--silent', 'check'], { cwd: fileURLToPath(new URL('../../internal/landing/web', import.meta.url)) });
});

test('landing: the page at the endpoint, and the picture of the graph', async (t) => {
  const vendors = await accountgraph.vendors();
  t.after(vendors.stop);
  const server = await accountgraph.serve(`server: {access: true}\n${vendors.providers}`);
  t.after(server.stop);
  const { origin } = new URL(server.page);
  const browser = await start(t, origin);
  const page = await browser.visit('/graphql');
  assert.deepEqual(await page.locator('.links strong').allInnerTexts(), ['GraphiQL', 'Who has access', 'Picture of the graph', 'Schema']);
  const example = await page.locator('#example').innerText();
  assert.ok(example.includes(`curl -s ${origin}/graphql`), example);
  const { stdout } = await run('sh', ['-c', example]);
  assert.equal(JSON.parse(stdout).data.providers.length, 4);
  await picture(page, 'landing');

  // Colors are those of the system, or chosen.
  const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const light = await ground();
  await page.getByText('Dark', { exact: true }).click();
  const dark = await ground();
  assert.notEqual(dark, light);
  await page.reload();
  assert.equal(await ground(), dark);
  await page.getByText('System', { exact: true }).click();
  assert.equal(await ground(), light);

  // The picture has every entity; a type leads to its description and its neighbors.
  await page.getByRole('link', { name: 'Picture of the graph' }).click();
  await page.waitForURL('**/graph');
  const schema = buildSchema(await accountgraph.clientSchema());
  const drawn = await page.locator('.node').evaluateAll((nodes) => nodes.map((node) => node.dataset.type));
  for (const type of schema.getPossibleTypes(schema.getType('Node'))) assert.ok(drawn.includes(type.name), `${type.name} is not drawn`);
  await picture(page, 'graph');
  const overlaps = await page.locator('.node .box').evaluateAll((boxes) => {
    const all = boxes.map((box) => [box.parentNode.dataset.type, box.getBoundingClientRect()]);
    const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
    return all.flatMap(([name, a], i) => all.slice(i + 1).filter(([, b]) => meet(a, b)).map(([other]) => `${name} ${other}`));
  });
  assert.deepEqual(overlaps, []);
  const wide = await page.locator('.node').evaluateAll((nodes) =>
    nodes.flatMap((node) => [...node.querySelectorAll('text')].filter((text) => text.getBoundingClientRect().right > node.querySelector('.box').getBoundingClientRect().right).map((text) => text.textContent)),
  );
  assert.deepEqual(wide, [], 'texts are wider than their boxes');
  await page.getByRole('link', { name: /^Group/ }).focus();
  await page.keyboard.press('Enter');
  const details = page.locator('#details');
  await details.getByRole('heading', { name: 'Group', exact: true }).waitFor();
  const fields = Object.keys(schema.getType('Group').getFields());
  assert.deepEqual(await details.locator('h3').evaluateAll((all) => all.map((heading) => heading.firstChild.textContent)), fields);
  const lit = await page.locator('.node.lit').evaluateAll((nodes) => nodes.map((node) => node.dataset.type));
  assert.deepEqual(lit.sort(), ['Account', 'Buyer', 'Group', 'Membership', 'Module', 'User']);
  await page.getByRole('combobox', { name: 'Find a type or field' }).fill('user.lastloginat');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/graph#User.lastLoginAt');
  await details.getByRole('heading', { name: 'lastLoginAt' }).waitFor();
  for (const [letters, url] of [['lastaccessat', /#\w+\.lastAccessAt$/], ['memb', /#Membership$/], ['zebra', /#Membership$/]]) {
    await page.getByRole('combobox', { name: 'Find a type or field' }).fill(letters);
    await page.keyboard.press('Enter');
    await page.waitForURL(url);
  }
  assert.equal(await page.locator('#find').getAttribute('aria-invalid'), 'true');

  // A fragment that names no type shows how to read the picture.
  for (const fragment of ['#__proto__', '#%', '#Nothing']) {
    await page.goto(`${origin}/graph${fragment}`);
    await details.getByRole('heading', { name: 'How to read it' }).waitFor();
  }

  let checked = 0;
  for (const [scheme, width] of [['light', 1400], ['dark', 420]]) {
    for (const path of ['/graphql', '/graph', '/graph#Membership']) {
      const other = await browser.visit(path, { scheme, width });
      if (path.includes('#')) await other.getByRole('heading', { name: 'Membership', exact: true }).waitFor();
      assert.deepEqual(await violations(other), [], `${path}, ${scheme}`);
      assert.ok((await overflow(other)) <= 0, `${path} is wider than ${width}`);
      if (path.includes('#') && scheme === 'dark') {
        await other.setViewportSize({ width: 1400, height: 900 });
        await picture(other, 'graph-membership');
      }
      checked++;
    }
  }
  figure(`landing: ${drawn.length} types in the picture of the graph, ${checked} views without violations of axe-core`);
});
