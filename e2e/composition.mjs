// Composes accountgraph and tickets with two composers.
import { composeServices } from '@apollo/composition';
import { federateSubgraphs, ROUTER_COMPATIBILITY_VERSION_ONE } from '@wundergraph/composition';
import { parse } from 'graphql';
import { schema } from './accountgraph.mjs';
import { sdl as tickets } from './tickets.mjs';

const subgraphs = async (urls, change) => [
  { name: 'accountgraph', url: urls.accountgraph, typeDefs: parse(change(await schema())) },
  { name: 'tickets', url: urls.tickets, typeDefs: parse(tickets) },
];

const nowhere = { accountgraph: 'http://accountgraph.example/graphql', tickets: 'http://tickets.example/graphql' };

// apollo composes as Apollo's tools do. supergraph is the SDL that gateways read.
export async function apollo(urls = nowhere, change = (sdl) => sdl) {
  const { errors = [], hints = [], supergraphSdl, schema } = composeServices(await subgraphs(urls, change));
  return { errors: errors.map(String), hints: hints.map(String), supergraph: supergraphSdl, schema };
}

// wundergraph composes as Cosmo's tools do.
export async function wundergraph(urls = nowhere, change = (sdl) => sdl) {
  const { errors = [], warnings = [] } = federateSubgraphs({
    subgraphs: (await subgraphs(urls, change)).map(({ name, url, typeDefs }) => ({ name, url, definitions: typeDefs })),
    version: ROUTER_COMPATIBILITY_VERSION_ONE,
  });
  return { errors: errors.map(String), hints: warnings.map(String) };
}
