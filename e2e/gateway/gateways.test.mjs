import assert from 'node:assert/strict';
import test from 'node:test';
import * as accountgraph from './accountgraph.mjs';
import { figure } from './figures.mjs';
import * as gateways from './gateways.mjs';
import { authors, operations, requesters, withoutBlendVision } from './operations.mjs';
import * as tickets from './tickets.mjs';

test('gateways: all give the same responses', async (t) => {
  const started = [];
  t.after(() => Promise.all(started.map(({ stop }) => stop())));
  const run = async (starting) => {
    const running = await starting;
    started.push(...[running].flat());
    return running;
  };

  const { providers } = await run(accountgraph.vendors());
  const complete = await run(accountgraph.serve(providers));
  const degraded = await run(accountgraph.serve(await accountgraph.without(providers, 'blendvision')));
  const all = await users(complete.url);
  const other = await run(tickets.serve(authors(all), requesters));
  let same = 0;
  let names;
  for (const [server, cases] of [
    [complete, operations(all)],
    [degraded, withoutBlendVision()],
  ]) {
    const running = await run(gateways.start({ accountgraph: server.url, tickets: other.url }));
    names = running.map(({ name }) => name);
    for (const operation of cases) {
      await t.test(operation.name, async () => {
        const responses = [];
        for (const { name, url } of running) {
          const before = await requests(server);
          const response = await accountgraph.execute(url, operation.query, operation.variables);
          check(name, operation, response);
          if (operation.requests) assert.equal((await requests(server)) - before, operation.requests, `${name}: requests`);
          responses.push(response);
        }
        for (const { data } of responses.slice(1)) assert.deepEqual(data, responses[0].data);
        same++;
      });
    }
  }
  figure(`gateways: the same ${same} responses from ${names.join(', ')}`);
});

// requests returns the number of requests that a server has handled.
async function requests({ page }) {
  const metrics = await (await fetch(new URL('metrics', page))).text();
  return Number(/^accountgraph_request_seconds_count (\d+)/m.exec(metrics)?.[1] ?? 0);
}

// unwrapped returns accountgraph's errors. Apollo's gateway wraps those of responses with
// a status other than 200.
const unwrapped = (errors) => errors.flatMap((error) => error.extensions?.response?.body?.errors ?? error);

// check compares a response with the expectations of its operation.
function check(gateway, operation, { data, errors: all = [] }) {
  const errors = unwrapped(all);
  const text = `${gateway}: ${JSON.stringify({ errors, data }).slice(0, 2000)}`;
  const wanted = (operation.errors ?? []).filter(({ beside }) => !beside || gateway !== 'Hive Gateway');
  const fits = (error, { path, code, provider, whole }) =>
    code.test(error.extensions?.code) &&
    error.extensions.provider === provider &&
    (whole || path.every((step, i) => error.path?.[i] === step));
  for (const want of wanted) assert.ok(errors.some((error) => fits(error, want)), `no error at ${want.path} in ${text}`);
  for (const error of errors) assert.ok(wanted.some((want) => fits(error, want)), `unexpected error: ${JSON.stringify(error)} in ${text}`);
  assert.ok(data && operation.check(data), text);
}

// users returns the ids and names of all users, by provider.
async function users(url) {
  const query = `query ($provider: String!, $after: String) {
    users(first: 100, after: $after, filter: {providers: [$provider]}) { nodes { id name } pageInfo { hasNextPage endCursor } }
  }`;
  const all = {};
  for (const provider of ['softwareone', 'activityinfo', 'activeplatform', 'blendvision']) {
    all[provider] = [];
    let page = { hasNextPage: true };
    while (page.hasNextPage) {
      const { data } = await accountgraph.execute(url, query, { provider, after: page.endCursor });
      all[provider].push(...data.users.nodes);
      page = data.users.pageInfo;
    }
  }
  return all;
}
