// Composes accountgraph and tickets with the composers of three makers.
import { composeServices } from '@apollo/composition';
import { composeServices as composeForHive } from '@theguild/federation-composition';
import { federateSubgraphs, ROUTER_COMPATIBILITY_VERSION_ONE } from '@wundergraph/composition';
import { parse } from 'graphql';
import { schema } from './accountgraph.mjs';
import { sdl as tickets } from './tickets.mjs';

const nowhere = { accountgraph: 'http://accountgraph.example/graphql', tickets: 'http://tickets.example/graphql' };

// subgraphs are both, where urls says; federation is the version that accountgraph
// prints its SDL for, change what is done to that.
const subgraphs = async ({ urls = nowhere, federation, change = (sdl) => sdl }) => [
  { name: 'accountgraph', url: urls.accountgraph, typeDefs: parse(change(await schema(federation))) },
  { name: 'tickets', url: urls.tickets, typeDefs: parse(tickets) },
];

// apollo composes as Apollo's tools do. supergraph is the SDL that gateways read.
export async function apollo(options = {}) {
  const { errors = [], hints = [], supergraphSdl, schema } = composeServices(await subgraphs(options));
  return { errors: errors.map(String), hints: hints.map(String), supergraph: supergraphSdl, schema };
}

// wundergraph composes as Cosmo's tools do.
export async function wundergraph(options = {}) {
  const { errors = [], warnings = [] } = federateSubgraphs({
    subgraphs: (await subgraphs(options)).map(({ name, url, typeDefs }) => ({ name, url, definitions: typeDefs })),
    version: ROUTER_COMPATIBILITY_VERSION_ONE,
  });
  return { errors: errors.map(String), hints: warnings.map(String) };
}

// hive composes as Hive's registry does, which knows no version above 2.9.
export async function hive(options = {}) {
  const { errors = [] } = composeForHive(await subgraphs({ federation: '2.9', ...options }));
  return { errors: errors.map(String), hints: [] };
}
