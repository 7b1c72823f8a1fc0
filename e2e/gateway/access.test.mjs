import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { csv, overflow, picture, ready, start, violations } from './access.mjs';
import * as accountgraph from './accountgraph.mjs';
import { figure } from './figures.mjs';
import { issue } from './tokens.mjs';

// serve runs vendors, of which one can be down, and a server with the page.
async function serve(t, { down, server = '' } = {}) {
  const vendors = await accountgraph.vendors();
  t.after(vendors.stop);
  const providers = down ? await accountgraph.without(vendors.providers, down) : vendors.providers;
  const running = await accountgraph.serve(`server: {access: true${server}}\n${providers}`);
  t.after(running.stop);
  return { ...running, origin: new URL(running.page).origin };
}

// cast reads all users by the graph, and returns the users of each address: the expectation of the
// tests, which does not use the lists of people.
async function cast(url) {
  const people = new Map();
  const query = `query ($after: String) { users(first: 100, after: $after) { complete nodes { email name status lastLoginAt provider { name } }
    pageInfo { hasNextPage endCursor } } }`;
  for (let after = null; ; ) {
    const { data, errors } = await accountgraph.execute(url, query, { after });
    assert.equal(errors, undefined);
    assert.ok(data.users.complete);
    for (const user of data.users.nodes) {
      if (!user.email) continue;
      const email = user.email.trim().normalize('NFC').toLowerCase();
      people.set(email, [...(people.get(email) ?? []), user]);
    }
    if (!data.users.pageInfo.hasNextPage) return people;
    after = data.users.pageInfo.endCursor;
  }
}

// upper changes the case of letters that have one capital of their own: not of ß.
const upper = (text) => (text.toUpperCase().toLowerCase() === text ? text.toUpperCase() : text);

const is = (users, ...statuses) => users.some(({ status }) => statuses.includes(status));
const lastLogin = (users) => users.map(({ lastLoginAt }) => lastLoginAt).filter(Boolean).sort().at(-1);
const dayBefore = (days) => new Date(Math.floor(Date.now() / 86_400_000 - days) * 86_400_000).toISOString();

test('access: the committed build is that of the source and the schema', async () => {
  const cwd = fileURLToPath(new URL('../../internal/access/web', import.meta.url));
  await promisify(execFile)('npm', ['run', '--silent', 'check'], { cwd });
});

test('access: search, one person, filters, pages and links', async (t) => {
  const { origin, url } = await serve(t);
  const everybody = await cast(url);
  const browser = await start(t, origin);
  const page = await browser.open();
  const status = page.locator('.status');
  await assert.doesNotReject(status.getByText(`${everybody.size} people · complete`).waitFor());
  await picture(page, 'access-people');

  // Pages lead forward and back, and a link opens the same page.
  const first = await page.locator('.who .address').allTextContents();
  assert.equal(first.length, 50);
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByRole('button', { name: 'Previous' }).waitFor();
  await ready(page);
  const second = await page.locator('.who .address').allTextContents();
  assert.equal(new Set([...first, ...second]).size, 100);
  const copy = await browser.open(new URL(page.url()).hash);
  assert.deepEqual(await copy.locator('.who .address').allTextContents(), second);
  await page.goBack();
  await page.getByText(first[0], { exact: true }).waitFor();

  // A cursor of another list leads to the first page.
  const cursor = new URLSearchParams(new URL(page.url()).hash.split('?')[1]).get('after') ?? new URL(copy.url()).hash.split('after=')[1];
  await copy.goto(`${origin}/access#/conflicts?after=${cursor}`);
  await copy.getByText('This page of the list has changed').waitFor();
  await copy.getByRole('link', { name: 'Open its first page' }).click();
  await copy.locator('[data-complete="true"]').waitFor();

  // A part of a name, without regard to accents.
  await page.getByRole('searchbox').fill('lukasz');
  await page.getByRole('searchbox').press('Enter');
  const lukasz = [...everybody].filter(([, users]) => users.some(({ name }) => name?.includes('Łukasz')));
  assert.ok(lukasz.length > 1);
  await status.getByText(`${lukasz.length} people · complete`).waitFor();

  // One person, by the whole address, and what the vendors tell.
  const [email, users] = [...everybody].find(([, all]) => all.length === 4 && lastLogin(all));
  await page.getByRole('searchbox').fill(` ${email.toUpperCase()} `);
  await page.getByRole('searchbox').press('Enter');
  await status.getByText('1 person · complete').waitFor();
  await page.locator('.who a').click();
  await page.locator('.facts').waitFor();
  assert.equal(await page.locator('.card').count(), 4);
  for (const user of users) {
    const card = page.locator('.card', { has: page.getByRole('heading', { name: user.provider.name }) });
    const text = await card.innerText();
    assert.match(text, new RegExp(user.status.replaceAll('_', ' '), 'i'));
    if (user.lastLoginAt) assert.equal(await card.locator('time').getAttribute('datetime'), user.lastLoginAt);
    else assert.match(text, /None known|Vendor does not tell/);
  }
  assert.ok((await page.locator('.memberships tbody tr').count()) > 0);
  assert.equal(await page.locator('[data-notice]').count(), 0);
  const memberships = await csv(page, () => page.getByRole('button', { name: 'CSV' }).click());
  assert.equal(memberships.rows.length, await page.locator('.memberships tbody tr').count());
  for (const row of memberships.rows) assert.equal(row.email, email);

  // Nobody is a plain answer.
  const nobody = await browser.open('#/person/nobody%40acme.example');
  await nobody.getByText('Nobody has a login with this address').waitFor();

  // Filters are in the URL, which a proxy does not see.
  await page.goto(`${origin}/access`);
  await ready(page);
  await page.getByRole('button', { name: 'Filters' }).click();
  await page.getByLabel('Can sign in').selectOption('no');
  const gone = [...everybody.values()].filter((all) => !is(all, 'ACTIVE'));
  await status.getByText(`${gone.length} people · complete`).waitFor();
  await page.getByLabel('blendvision', { exact: true }).check();
  const there = gone.filter((all) => all.some(({ provider }) => provider.name === 'blendvision'));
  await status.getByText(new RegExp(`^${there.length} (person|people) · complete`)).waitFor();
  assert.match(new URL(page.url()).hash, /signIn=no/);
  assert.equal(new URL(page.url()).search, '');
  await page.goBack();
  await status.getByText(`${gone.length} people · complete`).waitFor();
  for (const request of browser.requests) {
    assert.doesNotMatch(request, /lukasz|person\d|%40/i, 'no search is in the URL of a request');
  }
  figure(`access: ${everybody.size} people, search, one person, filters and pages in a browser`);
});

test('access: leavers', async (t) => {
  const { origin, url } = await serve(t);
  const everybody = await cast(url);
  const browser = await start(t, origin);
  const page = await browser.open('#/leavers');
  const emails = [...everybody.keys()].slice(0, 180);
  const missing = Array.from({ length: 1020 }, (_, i) => `gone${i}@acme.example`);
  const pasted = [...emails, ...missing].map((email, i) => (i % 3 === 0 ? upper(email) : i % 3 === 1 ? `  ${email} ` : email));
  const text = `\ufeffEmail\r\n${pasted.slice(0, 100).join('\r\n')}\n${pasted.slice(100, 150).join(', ')}\n${pasted.slice(150).join(';')}\n${pasted[0]}\n`;
  await page.getByLabel('Addresses', { exact: true }).fill(text);
  await page.getByText('1,200 addresses').waitFor();
  await page.getByRole('button', { name: 'Check' }).click();
  await page.locator('[data-complete="true"]').waitFor();

  const want = new Map();
  for (const email of emails) {
    const users = everybody.get(email);
    if (is(users, 'ACTIVE')) want.set(email, 'CAN_SIGN_IN');
    else if (is(users, 'INVITED', 'INVITATION_EXPIRED')) want.set(email, 'CAN_ACCEPT_INVITATION');
    else if (is(users, 'OTHER')) want.set(email, 'MAY_SIGN_IN');
    else want.set(email, 'CANNOT_SIGN_IN');
  }
  for (const email of missing) want.set(email, 'NO_LOGIN');
  const file = await csv(page, () => page.getByRole('button', { name: 'CSV' }).click());
  assert.match(file.name, /^leavers-\d{4}-\d\d-\d\d\.csv$/);
  assert.deepEqual(new Map(file.rows.map((row) => [row.email.trim().toLowerCase(), row.finding]).sort()), new Map([...want].sort()));
  for (const row of file.rows) assert.equal(row.complete, 'true');

  // A finding is a filter, and the back button returns to all.
  await page.getByRole('button', { name: /No login/ }).click();
  await page.getByText('1,020 addresses · all providers').waitFor();
  await page.goBack();
  await page.getByText('1,200 addresses · all providers').waitFor();

  // A line without an address would be left out.
  await page.getByLabel('Addresses', { exact: true }).fill('anna@acme.example\nJohn Smith\n');
  await page.getByText('Line 2: John Smith').waitFor();

  // A file of a spreadsheet, and one that is no text.
  const file16 = Buffer.from('\ufeffName\tE-mail\r\nZoë\tzoë@acme.example\r\n', 'utf16le');
  await page.locator('input[type="file"]').setInputFiles({ name: 'a.txt', mimeType: 'text/plain', buffer: file16 });
  await page.locator('#pasted').getByText('1 address').waitFor();
  assert.match(await page.getByLabel('Addresses', { exact: true }).inputValue(), /zoë@acme\.example/);
  await page.locator('input[type="file"]').setInputFiles({ name: 'b.csv', mimeType: 'text/csv', buffer: Buffer.from('zo\xeb@acme.example', 'latin1') });
  await page.getByText('b.csv is not a text in UTF-8').waitFor();

  const few = ['person123@acme.example', 'Person040@Globex.example', 'person066@acme.example', 'person007@globex.example', 'gone@acme.example'];
  await page.getByLabel('Addresses', { exact: true }).fill(few.join('\n'));
  await page.getByRole('button', { name: 'Check' }).click();
  await page.getByText('5 addresses · all providers').waitFor();
  await picture(page, 'access-leavers');
  figure(`access: ${want.size} leavers in a browser, ${[...want.values()].filter((finding) => finding === 'CAN_SIGN_IN').length} of them can sign in`);
});

test('access: stale people, licenses and CSV', async (t) => {
  const { origin, url } = await serve(t);
  const everybody = await cast(url);
  const browser = await start(t, origin);
  const page = await browser.open('#/stale');
  const stale = [...everybody.values()].filter((users) => is(users, 'ACTIVE') && lastLogin(users) && lastLogin(users) < dayBefore(90));
  await page.locator('.status').getByText(`${stale.length} people · complete`).waitFor();
  await page.getByRole('link', { name: 'Never' }).click();
  const tells = ({ provider }) => ['softwareone', 'activityinfo'].includes(provider.name);
  const never = [...everybody.values()].filter((users) => is(users, 'ACTIVE') && users.some(tells) && !lastLogin(users));
  await page.locator('.status').getByText(`${never.length} people · complete`).waitFor();
  assert.deepEqual([...new Set(await page.locator('td.last').allInnerTexts())], ['Never']);
  assert.deepEqual(await page.locator('.conditions li').allTextContents(), ['Remove: Can sign in', 'Remove: Last sign-in never', 'Remove all']);
  await page.getByRole('button', { name: 'Remove: Last sign-in never' }).click();
  const active = [...everybody.values()].filter((users) => is(users, 'ACTIVE'));
  await page.locator('.status').getByText(`${active.length} people · complete`).waitFor();
  await page.getByRole('link', { name: 'Unused licenses' }).click();
  await page.getByRole('columnheader', { name: 'Licenses' }).waitFor();
  await page.locator('[data-complete="true"]').waitFor();
  for (const text of await page.locator('td.licenses').allTextContents()) assert.match(text, /Full|Basic/);

  // An empty list is said in the words of its own question.
  await page.goto(`${origin}/access#/licenses`);
  await ready(page);
  await page.route('**/graphql', async (route) => {
    const response = await route.fetch();
    const body = await response.json();
    if (body.data?.people) Object.assign(body.data.people, { nodes: [], totalCount: 0, complete: true });
    await route.fulfill({ response, json: body });
  });
  await page.getByRole('link', { name: 'No active login' }).click();
  await page.getByText('Everybody with a paid license has an active login.').waitFor();
  await page.getByRole('link', { name: 'All licenses' }).click();
  await page.getByText('Nobody has a license.').waitFor();
  assert.match(await page.locator('.conditions').innerText(), /License Full or Basic or Other/);
  await page.goto(`${origin}/access#/licenses?filter=&licenses=FULL&conflict=yes`);
  await page.getByText('Nobody matches these filters.').waitFor();
  await page.unrouteAll({ behavior: 'wait' });

  // A file of everybody has every page, and a name that a spreadsheet would run is text.
  const hostile = '=HYPERLINK("http://127.0.0.1/","x")';
  await page.route('**/graphql', async (route) => {
    const response = await route.fetch();
    const body = await response.json();
    if (body.data?.people?.nodes[0]) body.data.people.nodes[0].name = hostile;
    await route.fulfill({ response, json: body });
  });
  await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'People' }).click();
  await page.locator('.status').getByText(`${everybody.size} people · complete`).waitFor();
  const file = await csv(page, () => page.getByRole('button', { name: 'CSV' }).click());
  assert.deepEqual(file.rows.map(({ email }) => email).sort(), [...everybody.keys()].sort());
  assert.equal(file.rows[0].name, `'${hostile}`);
  for (const row of file.rows) {
    assert.equal(row.canSignIn, String(is(everybody.get(row.email), 'ACTIVE')));
    assert.equal(row.lastLoginAt, lastLogin(everybody.get(row.email)) ?? '');
    for (const cell of Object.values(row)) assert.doesNotMatch(cell, /^[=+\-@\t\r]/);
  }
  // Lists and times are written as by the command, so that `accountgraph diff` compares them.
  for (const { providers, userIds, readAt } of file.rows) {
    assert.deepEqual(providers.split('; '), providers.split('; ').sort());
    assert.deepEqual(userIds.split('; '), userIds.split('; ').sort());
    assert.match(readAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  }
  assert.deepEqual(file.columns, [
    'email', 'name', 'canSignIn', 'loginCount', 'providers', 'userIds', 'lastLoginAt', 'conflicts', 'readAt', 'unread', 'complete', 'missing',
  ]);
  await page.getByText('It is complete.').waitFor();

  // What is said of a file is not said of another list.
  await page.getByLabel('Order').selectOption('-NAME');
  await page.getByText('It is complete.').waitFor({ state: 'detached' });

  // A text that was not searched yet says so, and the file has what is shown.
  const waiting = page.getByText('Not searched yet: press Enter.');
  await page.getByRole('searchbox').fill('lukasz');
  await waiting.waitFor();
  const shown = await csv(page, () => page.getByRole('button', { name: 'CSV' }).click());
  assert.equal(shown.rows.length, everybody.size);
  await page.getByRole('searchbox').press('Enter');
  await waiting.waitFor({ state: 'detached' });
  await page.getByText('It is complete.').waitFor({ state: 'detached' });

  // A part of an address finds nobody, and the list says why.
  await page.getByRole('searchbox').fill('person123@acm');
  await page.getByRole('searchbox').press('Enter');
  await page.getByText('A part of an address finds nobody').waitFor();
  figure(`access: CSV of ${file.rows.length} people from a browser`);
});

test('access: one vendor down', async (t) => {
  const { origin, url } = await serve(t, { down: 'softwareone' });
  const browser = await start(t, origin);
  const page = await browser.open();
  const notice = page.locator('[data-notice="incomplete"]');
  await notice.getByText(/softwareone (cannot be reached|failed several times)/).waitFor();
  await page.getByText('People may be missing').waitFor();
  assert.doesNotMatch(await page.locator('.status').innerText(), /· complete/);
  await picture(page, 'access-incomplete');
  for (const row of await page.locator('.people tbody tr').allInnerTexts()) {
    assert.match(row, /softwareone not known/);
    assert.doesNotMatch(row, /Never|None known|Vendor does not tell|Cannot sign in/, 'what softwareone may have is not known');
  }
  assert.deepEqual(await violations(page), []);
  const file = await csv(page, () => page.getByRole('button', { name: 'CSV' }).click());
  assert.match(file.name, /-incomplete\.csv$/);
  for (const row of file.rows) {
    assert.equal(row.complete, 'false');
    assert.match(row.missing, /softwareone/);
    assert.match(row.unread, /loginCount/);
  }

  // Nobody is called gone who may not be.
  await page.goto(`${origin}/access#/leavers`);
  const active = (await accountgraph.execute(url, '{ people(first: 1, filter: {canSignIn: true}) { nodes { email } } }')).data.people.nodes[0].email;
  const { data } = await accountgraph.execute(url, '{ people(first: 100) { nodes { email canSignIn users { status } } } }');
  const disabled = data.people.nodes.find(({ canSignIn, users }) => canSignIn === null && users.every(({ status }) => status === 'INACTIVE')).email;
  await page.getByLabel('Addresses', { exact: true }).fill(`${active}, nobody@acme.example ${disabled}`);
  await page.getByRole('button', { name: 'Check' }).click();
  await page.locator('[data-complete="false"]').waitFor();
  assert.equal(await page.locator('.leavers td.logins', { hasText: 'softwareone not known' }).count(), 2);
  const leavers = await csv(page, () => page.getByRole('button', { name: 'CSV' }).click());
  assert.deepEqual(leavers.rows.map(({ email, finding }) => [email, finding]), [[active, 'CAN_SIGN_IN'], ['nobody@acme.example', 'NOT_KNOWN'], [disabled, 'NOT_KNOWN']]);
  assert.match(leavers.name, /-incomplete\.csv$/);

  // An empty list is no answer.
  await page.goto(`${origin}/access#/people?filter=&signIn=no`);
  await page.getByText('Nobody is known to match').waitFor();
  const empty = await csv(page, () => page.getByRole('button', { name: 'CSV' }).click());
  assert.deepEqual(empty.rows.map(({ email, complete }) => [email, complete]), [['', 'false']]);

  // One person, and an address that only the failed vendor may have.
  await page.goto(`${origin}/access#/person/${encodeURIComponent(active)}`);
  await page.getByText('softwareone could not be searched').waitFor();
  await page.locator('.card.unknown', { hasText: 'softwareone' }).waitFor();
  await page.goto(`${origin}/access#/person/nobody%40acme.example`);
  await page.getByText('Nothing could be read').waitFor();
  assert.equal(await page.getByText('Nobody has a login').count(), 0);
});

test('access: who may sign in is not called somebody who cannot', async (t) => {
  const { origin } = await serve(t);
  const browser = await start(t, origin);
  const page = await browser.open('#/leavers');
  const words = [
    [['OTHER'], 'May sign in'],
    [['INACTIVE', 'A_NEW_STATUS'], 'May sign in'],
    [['INVITED', 'OTHER'], 'May sign in'],
    [['INVITED', 'DELETED'], 'Invited'],
    [['INVITATION_EXPIRED', 'BLOCKED'], 'Invitation expired'],
    [['INVITATION_EXPIRED', 'INVITED'], 'Invited'],
    [['INACTIVE', 'BLOCKED', 'DELETED'], 'Cannot sign in'],
    [['INACTIVE', null], 'Not known'],
  ];
  await page.route('**/graphql', async (route) => {
    const response = await route.fetch();
    const body = await response.json();
    const change = (person, statuses) =>
      Object.assign(person, { canSignIn: false, users: statuses.map((status, i) => status && { ...person.users[0], id: String(i), status }) });
    words.forEach(([statuses], i) => body.data?.people && change(body.data.people.nodes[i], statuses));
    if (body.data?.person) change(body.data.person, ['OTHER']);
    await route.fulfill({ response, json: body });
  });
  await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'People' }).click();
  await ready(page);
  const badges = await page.locator('td.signin .badge:first-child').allInnerTexts();
  assert.deepEqual(badges.slice(0, words.length), words.map(([, word]) => word));
  await page.locator('.who a').first().click();
  await page.locator('.heading .badge', { hasText: 'May sign in' }).waitFor();

  // The filter is about active logins, and says so.
  await page.goto(`${origin}/access#/people?filter=&signIn=no`);
  await page.getByRole('button', { name: 'Remove: No active login' }).waitFor();
  assert.equal(await page.getByLabel('Can sign in').locator('option:checked').textContent(), 'No: no active login');
});

test('access: logins without an address', async (t) => {
  const { origin, url } = await serve(t);
  const query = `query ($after: String) { users(first: 100, after: $after, filter: {hasEmail: false}) { complete nodes { id }
    pageInfo { hasNextPage endCursor } } }`;
  const ids = [];
  for (let after = null, more = true; more; ) {
    const { data } = await accountgraph.execute(url, query, { after });
    assert.ok(data.users.complete);
    ids.push(...data.users.nodes.map(({ id }) => id));
    ({ hasNextPage: more, endCursor: after } = data.users.pageInfo);
  }
  assert.ok(ids.length > 0);
  const browser = await start(t, origin);
  const page = await browser.open('#/unassigned');
  await page.locator('.status').getByText(new RegExp(`^${ids.length} logins? · complete`)).waitFor();
  const file = await csv(page, () => page.getByRole('button', { name: 'CSV' }).click());
  assert.match(file.name, /^unassigned-\d{4}-\d\d-\d\d\.csv$/);
  assert.deepEqual(file.rows.map(({ id }) => id).sort(), ids.sort());
  for (const row of file.rows) {
    assert.equal(row.email, '');
    assert.equal(row.complete, 'true');
    assert.match(row.readAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  }
});

test('access: tokens and scopes', async (t) => {
  const issuer = await issue();
  t.after(issuer.stop);
  const { origin } = await serve(t, { server: `, auth: {jwt: ${issuer.config}}` });
  const browser = await start(t, origin);
  const page = await browser.open();
  await page.getByText('This server needs an access token').waitFor();
  assert.deepEqual(await violations(page), []);

  const refused = page.locator('[data-notice="refused"]');
  await refused.getByLabel('Access token').fill(issuer.token('cache:write'));
  await refused.getByRole('button', { name: 'Use it' }).click();
  await page.getByText('You may not read people').waitFor();
  assert.equal(await page.locator('table').count(), 0);
  await page.goto(`${origin}/access#/person/person200%40initech.example`);
  await page.getByText('You may not read people').waitFor();
  await page.goto(`${origin}/access#/unassigned`);
  await page.getByText('You may not read people').waitFor();
  await page.goto(`${origin}/access#/leavers`);
  await page.getByLabel('Addresses', { exact: true }).fill('person200@initech.example');
  await page.getByRole('button', { name: 'Check' }).click();
  await page.getByText('The addresses could not be checked').waitFor();

  await page.goto(`${origin}/access`);
  const token = issuer.token('personal:read');
  await refused.getByLabel('Access token').fill(` Bearer ${token} `);
  await refused.getByRole('button', { name: 'Use it' }).click();
  await page.locator('[data-complete="true"]').waitFor();
  const kept = await page.evaluate(() => [JSON.stringify({ ...localStorage }), location.href, document.cookie].join());
  assert.ok(!kept.includes(token), 'the token is in the storage of the tab only');
  await page.reload();
  await page.locator('[data-complete="true"]').waitFor();
  const other = await browser.open();
  await other.getByText('This server needs an access token').waitFor();

  // A provider's own credential of the caller is a header of each request.
  await page.getByRole('button', { name: 'Access token is set' }).click();
  await page.getByLabel('Other headers').fill('X-SoftwareOne-Token: one\nno header');
  const sent = page.waitForRequest((request) => request.headers()['x-softwareone-token'] === 'one');
  await page.getByRole('button', { name: 'Use it' }).click();
  assert.equal((await sent).headers().authorization, `Bearer ${token}`);

  await page.getByRole('button', { name: 'Access token is set' }).click();
  await page.getByRole('button', { name: 'Remove it' }).click();
  await page.getByText('This server needs an access token').waitFor();
});

test('access: a list that is being indexed is read again', async (t) => {
  const { origin } = await serve(t);
  const browser = await start(t, origin);
  const page = await browser.open('#/leavers');
  let indexing = 2;
  await page.route('**/graphql', async (route) => {
    const response = await route.fetch();
    const body = await response.json();
    if (body.data?.people && indexing-- > 0) {
      Object.assign(body.data.people, { nodes: body.data.people.nodes.slice(0, 3), complete: false, totalCount: null });
      body.errors = [{ message: 'is being indexed', path: ['people'], extensions: { code: 'UPSTREAM_INDEXING', provider: 'softwareone', retryAfter: 1 } }];
    }
    await route.fulfill({ response, json: body });
  });
  // Rows of a part of the list are never there without the notice, also while it is read again.
  await page.evaluate(() => {
    globalThis.unmarked = 0;
    globalThis.again = false;
    new MutationObserver(() => {
      const notice = document.querySelector('[data-notice="incomplete"]');
      if (document.querySelectorAll('.people tbody tr').length === 3 && !notice) globalThis.unmarked++;
      if (notice?.textContent.includes('Reading again…')) globalThis.again = true;
    }).observe(document.body, { childList: true, subtree: true, characterData: true });
  });
  await page.getByRole('link', { name: 'Conflicts' }).click();
  await page.getByText('softwareone is being indexed').waitFor();
  assert.equal(await page.locator('tbody tr').count(), 3);
  await page.locator('[data-complete="true"]').waitFor();
  assert.equal(await page.locator('[data-notice]').count(), 0);
  assert.equal(indexing, -1);
  assert.deepEqual(await page.evaluate(() => [globalThis.unmarked, globalThis.again]), [0, true]);

  // Who is not in a part of the index is not gone: the page asks until the list is whole.
  const last = 'person300@acme.example';
  await page.getByRole('link', { name: 'Leavers' }).click();
  indexing = 1;
  await page.getByLabel('Addresses', { exact: true }).fill(`person000@acme.example person001@globex.example person002@initech.example ${last}`);
  await page.getByRole('button', { name: 'Check' }).click();
  await page.locator('[data-complete="true"]').waitFor();
  const { rows } = await csv(page, () => page.getByRole('button', { name: 'CSV' }).click());
  assert.equal(rows.find(({ email }) => email === last).finding, 'CAN_SIGN_IN');
});

test('access: stale data is read again', async (t) => {
  const { origin } = await serve(t);
  const browser = await start(t, origin);
  const page = await browser.open('#/leavers');
  let asked = 0;
  await page.route('**/graphql', async (route) => {
    const response = await route.fetch();
    const body = await response.json();
    if (body.data?.people && asked++ === 0) body.data.people.freshness = { fetchedAt: '2026-01-01T00:00:00Z', stale: true };
    await route.fulfill({ response, json: body });
  });
  await page.getByRole('link', { name: 'Conflicts' }).click();
  await page.getByText('being refreshed').waitFor();
  await page.getByText('being refreshed').waitFor({ state: 'detached' });
  assert.equal(asked, 2);
});

const views = ['#/people', '#/leavers', '#/stale', '#/licenses', '#/owners', '#/conflicts', '#/unassigned', '#/person/person123%40acme.example', '#/person/person066%40acme.example'];

// wider returns the names of fields whose control is wider than the field.
const wider = (fields) =>
  fields.filter((field) => field.lastElementChild.getBoundingClientRect().right > field.getBoundingClientRect().right + 0.5).map((field) => field.firstElementChild.textContent);

test('access: every view without violations, in light and dark, wide and narrow', async (t) => {
  const { origin } = await serve(t);
  const browser = await start(t, origin);
  let checked = 0;
  for (const [scheme, width] of [['light', 1400], ['dark', 420]]) {
    const page = await browser.open('', { scheme, width });
    for (const view of views) {
      await page.goto(`${origin}/access${view}`);
      await ready(page);
      if (view === '#/people') await page.getByRole('button', { name: 'Filters' }).click();
      if (view === '#/leavers') {
        await page.getByLabel('Addresses', { exact: true }).fill('person200@initech.example, person040@globex.example, nobody@acme.example');
        await page.getByRole('button', { name: 'Check' }).click();
        await page.locator('[data-complete]').waitFor();
      }
      assert.deepEqual(await violations(page), [], `${view}, ${scheme}, ${width}`);
      checked++;
      if (width === 420 && view === '#/conflicts') await picture(page, 'access-narrow');
      for (const other of [420, 768, 1280, 1920]) {
        await page.setViewportSize({ width: other, height: 900 });
        assert.ok((await overflow(page)) <= 0, `${view} is wider than ${other}`);
        assert.deepEqual(await page.locator('.filters .field').evaluateAll(wider), [], `a filter is wider than its cell at ${other}`);
      }
      await page.setViewportSize({ width: 1400, height: 900 });
      if (scheme === 'dark' && view.includes('person123')) await picture(page, 'access-person');
      await page.setViewportSize({ width, height: 900 });
    }
  }
  figure(`access: ${checked} views in light and dark, 420 to 1920 pixels, without violations of axe-core`);
});

test('access: with the keyboard alone', async (t) => {
  const { origin } = await serve(t);
  const browser = await start(t, origin);
  const page = await browser.open();
  const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim() || document.activeElement?.getAttribute('aria-label'));
  await page.keyboard.press('Tab');
  assert.equal(await focused(), 'Skip to the content');
  await page.keyboard.press('Enter');
  await page.keyboard.press('/');
  await page.keyboard.type('null');
  await page.keyboard.press('Enter');
  await page.waitForURL(/search=null/);
  await ready(page);
  const name = await page.locator('.who a').first().innerText();
  for (let i = 0; i < 12 && (await focused()) !== name; i++) await page.keyboard.press('Tab');
  assert.equal(await focused(), name);
  await page.keyboard.press('Enter');
  await page.locator('.facts').waitFor();
  assert.equal(await focused(), name, 'the heading has the focus');
  await page.goBack();
  await page.locator('.rows.people').waitFor();

  // A choice, a dialog and the theme.
  await page.keyboard.press('/');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  for (let i = 0; i < 20 && (await page.evaluate(() => document.activeElement?.closest('label')?.textContent)) !== 'Owner'; i++) await page.keyboard.press('Tab');
  await page.keyboard.press('Space');
  await page.waitForURL(/roles=OWNER/);
  const others = await page.locator('.choices').evaluateAll((sets) => sets.filter((set) => set.textContent.includes('Other')).map((set) => set.firstElementChild.textContent));
  assert.deepEqual(others, ['License', 'Role']);
  assert.equal(await page.locator('.choices').filter({ hasText: 'Role' }).getByLabel('Custom').count(), 1);

  // The focus goes to the next condition, and to the search after the last one.
  await page.getByRole('button', { name: 'Remove: “null”' }).focus();
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.activeElement?.textContent === 'Remove: Role Owner');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.activeElement?.id === 'search');
  await page.getByRole('button', { name: 'Access token' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  assert.equal(await focused(), 'Access token');
  await page.getByRole('radio', { name: 'System' }).focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');
  await page.reload();
  await ready(page);
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');
});
