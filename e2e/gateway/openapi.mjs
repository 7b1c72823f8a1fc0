// Reduces SoftwareOne's OpenAPI document to what accountgraph reads:
//   node openapi.mjs FULL.json >softwareone-openapi.json
//
// The full document is .gitbook/assets/openAPI.yaml (JSON) of
// https://github.com/softwareone-platform/docs. What remains is the interface of the operations:
// paths, parameters and schemas, without descriptions. A reference that closes a cycle becomes
// an object without properties, because tools that resolve references do not end otherwise.
import { readFileSync } from 'node:fs';

const collections = ['accounts', 'buyers', 'modules', 'sellers', 'user-groups', 'users'];
const paths = [...collections.flatMap((name) => [`/public/v1/accounts/${name}`, `/public/v1/accounts/${name}/{id}`]), '/public/v1/accounts/{accountId}/users'];

const full = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const kept = ['type', 'format', 'nullable', 'enum', 'items', 'properties', 'required', 'allOf', 'oneOf', 'anyOf', 'additionalProperties', '$ref'];
const schemas = {};
const open = [];

// reduced returns a schema without what only people read. It adds the schemas that it refers to.
function reduced(schema) {
  if (schema.$ref) {
    const name = schema.$ref.split('/').at(-1);
    if (open.includes(name)) return { type: 'object' };
    if (!schemas[name]) {
      open.push(name);
      const definition = reduced(full.components.schemas[name]);
      open.pop();
      schemas[name] = definition;
    }
    return { $ref: schema.$ref };
  }
  const own = Object.fromEntries(Object.entries(schema).filter(([key]) => kept.includes(key)));
  if (own.properties) own.properties = Object.fromEntries(Object.entries(own.properties).map(([key, value]) => [key, reduced(value)]));
  if (own.items) own.items = reduced(own.items);
  if (typeof own.additionalProperties === 'object') own.additionalProperties = reduced(own.additionalProperties);
  for (const key of ['allOf', 'oneOf', 'anyOf']) if (own[key]) own[key] = own[key].map(reduced);
  return own;
}

const operation = ({ parameters = [], responses }) => ({
  parameters: parameters.map(({ name, in: place, required, schema }) => ({ name, in: place, required, schema: reduced(schema) })),
  responses: Object.fromEntries(
    Object.entries(responses).map(([status, { description, content = {} }]) => [
      status,
      { description, content: Object.fromEntries(Object.entries(content).map(([type, { schema }]) => [type, { schema: reduced(schema) }])) },
    ]),
  ),
});

const document = {
  openapi: full.openapi,
  info: { title: `${full.info.title}: what accountgraph reads`, version: full.info.version, description: 'Reduced by openapi.mjs from https://github.com/softwareone-platform/docs, .gitbook/assets/openAPI.yaml' },
  paths: Object.fromEntries(paths.map((path) => [path, { get: operation(full.paths[path].get) }])),
};
document.components = { schemas };
console.log(JSON.stringify(document, null, 1));
