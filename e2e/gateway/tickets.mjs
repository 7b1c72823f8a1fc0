// A second subgraph: tickets. It references users by id and people by e-mail address.
import { readFile } from 'node:fs/promises';
import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginInlineTraceDisabled } from '@apollo/server/plugin/disabled';
import { startStandaloneServer } from '@apollo/server/standalone';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';

export const sdl = await readFile(new URL('tickets.graphqls', import.meta.url), 'utf8');

// serve runs it with one ticket per author; requesters alternate.
export async function serve(authors, requesters) {
  const all = authors.map((author, i) => ({
    id: `T-${i}`,
    title: `Ticket ${i}`,
    author: author && { __typename: 'User', id: author },
    requester: { __typename: 'Person', email: requesters[i % requesters.length] },
  }));
  const resolvers = {
    Query: {
      ticket: (_, { id }) => all.find((ticket) => ticket.id === id),
      tickets: (_, { first }) => all.slice(0, first),
    },
    Ticket: { __resolveReference: ({ id }) => all.find((ticket) => ticket.id === id) },
    User: { tickets: ({ id }) => all.filter((ticket) => ticket.author?.id === id) },
    Person: {
      tickets: ({ email }) => all.filter((ticket) => ticket.requester.email.toLowerCase() === email.toLowerCase()).slice(0, 3),
    },
  };
  const server = new ApolloServer({
    schema: buildSubgraphSchema({ typeDefs: parse(sdl), resolvers }),
    plugins: [ApolloServerPluginInlineTraceDisabled()],
  });
  const { url } = await startStandaloneServer(server, { listen: { host: '127.0.0.1', port: 0 } });
  return { url, stop: () => server.stop() };
}
