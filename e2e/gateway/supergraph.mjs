// Prints a supergraph of accountgraph alone, for deploy/compose: node supergraph.mjs URL
import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import { schema } from './accountgraph.mjs';

const [url = 'http://accountgraph:8080/graphql'] = process.argv.slice(2);
const { errors = [], supergraphSdl } = composeServices([{ name: 'accountgraph', url, typeDefs: parse(await schema()) }]);
for (const problem of errors) console.error(String(problem));
if (errors.length) process.exit(1);
console.log(supergraphSdl);
