// Composes accountgraph and tickets with the composers of three vendors.
import { composeServices } from '@apollo/composition';
import { composeServices as composeForHive } from '@theguild/federation-composition';
import { federateSubgraphs, ROUTER_COMPATIBILITY_VERSION_ONE } from '@wundergraph/composition';
import { parse } from 'graphql';
import { schema } from './accountgraph.mjs';
import { sdl as tickets } from './tickets.mjs';

const placeholders = { accountgraph: 'http://accountgraph.example/graphql', tickets: 'http://tickets.example/graphql' };

// subgraphs returns both subgraphs with their URLs. federation is the version of
// accountgraph's SDL; change edits the SDL.
const subgraphs = async ({ urls = placeholders, federation, change = (sdl) => sdl }) => [
  { name: 'accountgraph', url: urls.accountgraph, typeDefs: parse(change(await schema(federation))) },
  { name: 'tickets', url: urls.tickets, typeDefs: parse(tickets) },
];

// apollo composes with Apollo's library. supergraph is the SDL for gateways.
export async function apollo(options = {}) {
  const { errors = [], hints = [], supergraphSdl, schema } = composeServices(await subgraphs(options));
  return { errors: errors.map(String), hints: hints.map(String), supergraph: supergraphSdl, schema };
}

// wundergraph composes with Cosmo's library.
export async function wundergraph(options = {}) {
  const { errors = [], warnings = [] } = federateSubgraphs({
    subgraphs: (await subgraphs(options)).map(({ name, url, typeDefs }) => ({ name, url, definitions: typeDefs })),
    version: ROUTER_COMPATIBILITY_VERSION_ONE,
  });
  return { errors: errors.map(String), hints: warnings.map(String) };
}

// hive composes with the library of Hive's registry, which supports versions up to 2.9.
export async function hive(options = {}) {
  const { errors = [] } = composeForHive(await subgraphs({ federation: '2.9', ...options }));
  return { errors: errors.map(String), hints: [] };
}
