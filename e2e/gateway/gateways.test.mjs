import assert from 'node:assert/strict';
import test from 'node:test';
import * as accountgraph from './accountgraph.mjs';
import { figure } from './figures.mjs';
import * as gateways from './gateways.mjs';
import { authors, operations, requesters, withoutBlendVision } from './operations.mjs';
import * as tickets from './tickets.mjs';

test('two gateways give the same answers', async (t) => {
  const running = [];
  t.after(() => Promise.all(running.map(({ stop }) => stop())));
  const run = async (starting) => {
    const started = await starting;
    running.push(...[started].flat());
    return started;
  };

  const { providers } = await run(accountgraph.vendors());
  const whole = await run(accountgraph.serve(providers));
  const limping = await run(accountgraph.serve(await accountgraph.without(providers, 'blendvision')));
  const all = await users(whole.url);
  const other = await run(tickets.serve(authors(all), requesters));
  let same = 0;
  for (const [server, asked] of [
    [whole, operations(all)],
    [limping, withoutBlendVision()],
  ]) {
    const both = await run(gateways.start({ accountgraph: server.url, tickets: other.url }));
    for (const operation of asked) {
      await t.test(operation.name, async () => {
        const answers = [];
        for (const { name, url } of both) {
          const before = await requests(server);
          const answer = await accountgraph.ask(url, operation.query, operation.variables);
          holds(name, operation, answer);
          if (operation.requests) assert.equal((await requests(server)) - before, operation.requests, `${name}: requests`);
          answers.push(answer);
        }
        assert.deepEqual(answers[1].data, answers[0].data);
        same++;
      });
    }
  }
  figure(`the same ${same} answers from 2 gateways`);
});

// requests is how many a server has answered.
async function requests({ page }) {
  const metrics = await (await fetch(new URL('metrics', page))).text();
  return Number(/^accountgraph_request_seconds_count (\d+)/m.exec(metrics)?.[1] ?? 0);
}

// own are the errors as accountgraph gave them. Apollo's gateway wraps those that
// came with a status other than 200.
const own = (errors) => errors.flatMap((error) => error.extensions?.response?.body?.errors ?? error);

// holds checks an answer against what its operation says of it.
function holds(gateway, operation, { data, errors: all = [] }) {
  const errors = own(all);
  const text = `${gateway}: ${JSON.stringify({ errors, data }).slice(0, 2000)}`;
  const wanted = (operation.errors ?? []).filter(({ beside }) => !beside || gateway !== 'Hive Gateway');
  const fits = (error, { path, code, provider, whole }) =>
    code.test(error.extensions?.code) &&
    error.extensions.provider === provider &&
    (whole || path.every((step, i) => error.path?.[i] === step));
  for (const want of wanted) assert.ok(errors.some((error) => fits(error, want)), `no error at ${want.path} in ${text}`);
  for (const error of errors) assert.ok(wanted.some((want) => fits(error, want)), `not this error: ${JSON.stringify(error)} in ${text}`);
  assert.ok(data && operation.holds(data), text);
}

// users are all users by provider: their ids and names.
async function users(url) {
  const query = `query ($provider: String!, $after: String) {
    users(first: 100, after: $after, filter: {providers: [$provider]}) { nodes { id name } pageInfo { hasNextPage endCursor } }
  }`;
  const all = {};
  for (const provider of ['softwareone', 'activityinfo', 'activeplatform', 'blendvision']) {
    all[provider] = [];
    let page = { hasNextPage: true };
    while (page.hasNextPage) {
      const { data } = await accountgraph.ask(url, query, { provider, after: page.endCursor });
      all[provider].push(...data.users.nodes);
      page = data.users.pageInfo;
    }
  }
  return all;
}
