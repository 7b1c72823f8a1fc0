import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import test from 'node:test';
import { ROOT_CONTEXT } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import * as accountgraph from './accountgraph.mjs';
import { figure } from './figures.mjs';
import * as gateways from './gateways.mjs';
import { authors, operations, requesters } from './operations.mjs';
import * as tickets from './tickets.mjs';

// The messages of OTLP, as the exporter for JavaScript has them.
const { opentelemetry: otlp } = createRequire(import.meta.url)('@opentelemetry/otlp-transformer/build/src/generated/root.js');
const { ExportTraceServiceRequest } = otlp.proto.collector.trace.v1;

// A gateway that records spans, an accountgraph that exports its own by OTLP, and the circular
// query: all spans are one tree. Every request to accountgraph is a child of the gateway's fetch.
test('traces: the circle through a gateway is one tree', async (t) => {
  const started = [];
  t.after(() => Promise.all(started.map(({ stop }) => stop())));
  const run = async (starting) => {
    const running = await starting;
    started.push(...[running].flat());
    return running;
  };
  const own = traced();
  const received = await run(collector());
  const { providers } = await run(accountgraph.vendors());
  const secret = { 'router-authorization': randomBytes(32).toString('base64') };
  const auth = `server: {auth: {router: {secrets: ['${secret['router-authorization']}'], scopes: ['personal:read']}}}`;
  const server = await accountgraph.serve(`${auth}\ntelemetry: {traces: {endpoint: '${received.url}', sampling: 0}}\n${providers}`);
  const all = await users(server.url, secret);
  const other = await run(tickets.serve(authors(all), requesters));
  const [apollo] = await run(gateways.start({ accountgraph: server.url, tickets: other.url }, secret));
  const circle = operations(all).find(({ name }) => name === 'a circular query');
  own.exporter.reset();
  const response = await accountgraph.execute(apollo.url, circle.query, circle.variables);
  assert.ok(circle.check(response.data), JSON.stringify(response));
  await server.stop(); // exports the last spans

  const spans = [...own.spans(), ...received.spans()];
  const roots = spans.filter(({ parent }) => !parent);
  assert.deepEqual(roots.map(({ name }) => name), ['gateway.request']);
  const trace = spans.filter((span) => span.trace === roots[0].trace);
  assert.equal(trace.length, spans.length, 'spans of other traces');
  const byId = new Map(trace.map((span) => [span.id, span]));
  const parentsOf = (name) => trace.filter((span) => span.name === name).map(({ parent }) => byId.get(parent)?.name ?? 'nothing');
  assert.ok(parentsOf('query').length >= 2, 'the circle comes to accountgraph twice or more');
  for (const [name, parent] of [['query', /^gateway\.fetch$/], ['prefetch level', /^query$/], ['GET', /^(prefetch level|query)$/]]) {
    for (const found of parentsOf(name)) assert.match(found, parent, `the parent of ${name}`);
  }
  assert.ok(parentsOf('GET').length > 0, 'no vendor call');
  for (const query of trace.filter(({ name }) => name === 'query')) {
    const levels = trace.filter(({ name, parent }) => name === 'prefetch level' && parent === query.id).map(({ attributes }) => attributes['accountgraph.level']);
    assert.equal(new Set(levels).size, levels.length, `a level twice: ${levels}`);
  }
  if (process.env.TREE) console.log(tree(roots[0], trace));
  figure(`traces: the circle through Apollo's gateway is one tree of ${trace.length} spans, ${parentsOf('query').length} requests and ${parentsOf('GET').length} vendor calls`);
});

// traced has the gateway in this process record spans, and propagate their context.
function traced() {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const storage = new AsyncLocalStorage();
  provider.register({
    propagator: new W3CTraceContextPropagator(),
    contextManager: {
      active: () => storage.getStore() ?? ROOT_CONTEXT,
      with: (context, call, self, ...args) => storage.run(context, () => call.apply(self, args)),
      bind: (context, target) => (typeof target === 'function' ? (...args) => storage.run(context, () => target(...args)) : target),
      enable() { return this; },
      disable() { return this; },
    },
  });
  return {
    exporter,
    spans: () =>
      exporter.getFinishedSpans().map((span) => ({
        name: span.name, trace: span.spanContext().traceId, id: span.spanContext().spanId, parent: span.parentSpanId, start: Number(span.startTime[0]) * 1e9 + span.startTime[1], attributes: {}, events: [],
      })),
  };
}

// collector receives spans by OTLP.
async function collector() {
  const spans = [];
  const hex = (bytes) => Buffer.from(bytes ?? []).toString('hex');
  const attributes = (list) => Object.fromEntries(list.map(({ key, value }) => [key, value.stringValue ?? String(value.intValue ?? value.boolValue ?? '')]));
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    for (const resource of ExportTraceServiceRequest.decode(Buffer.concat(chunks)).resourceSpans) {
      for (const span of resource.scopeSpans.flatMap(({ spans }) => spans)) {
        spans.push({
          name: span.name, trace: hex(span.traceId), id: hex(span.spanId), parent: hex(span.parentSpanId), start: Number(span.startTimeUnixNano),
          attributes: attributes(span.attributes), events: span.events.map(({ name, attributes: list }) => ({ name, ...attributes(list) })),
        });
      }
    }
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${server.address().port}`, spans: () => spans, stop: async () => server.close() };
}

// tree draws a span and those below it.
function tree(span, all, indent = '') {
  const detail = [span.attributes['graphql.operation.name'], span.attributes['accountgraph.provider'], span.attributes['accountgraph.level'], span.attributes['accountgraph.response.from'],
    ...span.events.map(({ name, ...more }) => `${name} ${Object.values(more).join(' ')}`.trim())].filter(Boolean).join(', ');
  const below = all.filter(({ parent }) => parent === span.id).sort((a, b) => a.start - b.start);
  return [`${indent}${span.name}${detail && `  ${detail}`}`, ...below.map((child) => tree(child, all, `${indent}  `))].join('\n');
}

// users returns some users of each provider.
async function users(url, headers) {
  const all = {};
  for (const provider of ['softwareone', 'activityinfo', 'activeplatform', 'blendvision']) {
    const query = 'query ($provider: String!) { users(first: 5, filter: {providers: [$provider]}) { nodes { id name } } }';
    all[provider] = (await accountgraph.execute(url, query, { provider }, headers)).data.users.nodes;
  }
  return all;
}
