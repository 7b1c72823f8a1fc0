// Apollo's gateway and Hive Gateway, the latter also with the query planner of Hive's router,
// which is written in Rust; each with the same two subgraphs.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { ApolloGateway, RemoteGraphQLDataSource } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime';
import { context as active, propagation } from '@opentelemetry/api';
import { unifiedGraphHandler } from '@graphql-hive/router-runtime';
import { apollo as compose } from './composition.mjs';

// forwardedHeaders are request headers that gateways forward to subgraphs.
const forwardedHeaders = ['authorization'];

async function apollo(supergraph, own) {
  const gateway = new ApolloGateway({
    supergraphSdl: supergraph,
    buildService: ({ url }) =>
      new RemoteGraphQLDataSource({
        url,
        willSendRequest({ request, context }) {
          const trace = {}; // stays empty unless a test records spans
          propagation.inject(active.active(), trace);
          for (const [name, value] of Object.entries({ ...context.headers, ...own, ...trace })) request.http.headers.set(name, value);
        },
      }),
    logger: quiet,
  });
  const server = new ApolloServer({ gateway, includeStacktraceInErrorResponses: false, logger: quiet });
  const { url } = await startStandaloneServer(server, {
    listen: { host: '127.0.0.1', port: 0 },
    context: async ({ req }) => ({ headers: pick(req.headers) }),
  });
  return { name: '@apollo/gateway', url, stop: () => server.stop() };
}

async function hive(name, supergraph, own, options = {}) {
  const gateway = createGatewayRuntime({
    supergraph,
    ...options,
    logging: false,
    maskedErrors: false,
    propagateHeaders: {
      fromClientToSubgraphs: ({ request }) => ({ ...pick(Object.fromEntries(request.headers)), ...own }),
    },
  });
  const server = createServer(gateway);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    name,
    url: `http://127.0.0.1:${server.address().port}/graphql`,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await gateway[Symbol.asyncDispose]();
    },
  };
}

const quiet = Object.fromEntries(['debug', 'info', 'warn', 'error'].map((level) => [level, () => {}]));

const pick = (headers) => Object.fromEntries(forwardedHeaders.filter((name) => headers[name]).map((name) => [name, headers[name]]));

// start runs the gateways with the subgraphs at urls. They authenticate to accountgraph
// with the headers own.
//
// Apollo's gateway rejects directives that only Apollo's router supports, @cacheTag and
// the authorization directives of 2.5, so it gets the SDL for 2.4.
export async function start(urls, own = {}) {
  const [older, newest] = await Promise.all([compose({ urls, federation: '2.4' }), compose({ urls })]);
  return await Promise.all([
    apollo(older.supergraph, own),
    hive('Hive Gateway', newest.supergraph, own),
    hive("Hive Gateway with the router's planner", newest.supergraph, own, { unifiedGraphHandler }),
  ]);
}
