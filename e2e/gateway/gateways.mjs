// Two gateways of different makers, each in front of the same two subgraphs.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { ApolloGateway, RemoteGraphQLDataSource } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime';
import { apollo as compose } from './composition.mjs';

// passed are the headers of a caller that subgraphs get as they came.
const passed = ['authorization'];

async function apollo(supergraph, own) {
  const gateway = new ApolloGateway({
    supergraphSdl: supergraph,
    buildService: ({ url }) =>
      new RemoteGraphQLDataSource({
        url,
        willSendRequest({ request, context }) {
          for (const [name, value] of Object.entries({ ...context.passed, ...own })) request.http.headers.set(name, value);
        },
      }),
    logger: quiet,
  });
  const server = new ApolloServer({ gateway, includeStacktraceInErrorResponses: false, logger: quiet });
  const { url } = await startStandaloneServer(server, {
    listen: { host: '127.0.0.1', port: 0 },
    context: async ({ req }) => ({ passed: pick(req.headers) }),
  });
  return { name: '@apollo/gateway', url, stop: () => server.stop() };
}

async function hive(supergraph, own) {
  const gateway = createGatewayRuntime({
    supergraph,
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
    name: 'Hive Gateway',
    url: `http://127.0.0.1:${server.address().port}/graphql`,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await gateway[Symbol.asyncDispose]();
    },
  };
}

const quiet = Object.fromEntries(['debug', 'info', 'warn', 'error'].map((level) => [level, () => {}]));

const pick = (headers) => Object.fromEntries(passed.filter((name) => headers[name]).map((name) => [name, headers[name]]));

// start runs both in front of the subgraphs at urls. They say to accountgraph who
// they are with headers of their own.
//
// Apollo's gateway refuses a supergraph with directives that only its router knows,
// @cacheTag and those of 2.5 for callers; so it gets the SDL for 2.4.
export async function start(urls, own = {}) {
  const [older, newest] = await Promise.all([compose({ urls, federation: '2.4' }), compose({ urls })]);
  return await Promise.all([apollo(older.supergraph, own), hive(newest.supergraph, own)]);
}
