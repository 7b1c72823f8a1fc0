// The graph that the schema describes: its types, and which field leads from one to another.
import { buildSchema, getNamedType, isEnumType, isInputObjectType, isIntrospectionType, isListType, isNonNullType, isObjectType, isInterfaceType, isSpecifiedScalarType } from 'graphql';

// read returns the schema of an SDL with federation's directives.
export const read = (sdl) => buildSchema(sdl, { assumeValidSDL: true });

// target returns the type that a field leads to, and whether there are many: the nodes of a
// connection, and not the connection.
export function target(field) {
  let { type } = field;
  if (isNonNullType(type)) type = type.ofType;
  const isList = isListType(type);
  const named = getNamedType(type);
  const nodes = named.name.endsWith('Connection') && named.getFields().nodes;
  return nodes ? { type: getNamedType(nodes.type), isList: true } : { type: named, isList };
}

const hasFields = (type) => isObjectType(type) || isInterfaceType(type);

// isPlumbing is true for types that say nothing of the data.
const isPlumbing = ({ name }) => name.startsWith('__') || /(Connection|Edge)$/.test(name) || ['Query', 'Mutation', 'PageInfo', 'Freshness', 'Node'].includes(name);

// entities are the types that the root fields return, and those that have a global id.
function entities(schema) {
  const returned = Object.values(schema.getQueryType().getFields()).map((field) => target(field).type);
  return new Set([...returned, ...schema.getPossibleTypes(schema.getType('Node'))].filter((type) => hasFields(type) && !isPlumbing(type)));
}

// drawn returns the types of the picture, by name: those from which a field leads to an entity,
// possibly through others. Each has the fields that lead to a type of the picture.
export function drawn(schema) {
  const whole = entities(schema);
  const all = Object.values(schema.getTypeMap()).filter((type) => hasFields(type) && !isPlumbing(type));
  const leads = new Set(whole);
  for (let before = -1; before !== leads.size; ) {
    before = leads.size;
    for (const type of all) if (Object.values(type.getFields()).some((field) => leads.has(target(field).type))) leads.add(type);
  }
  const types = all.filter((type) => leads.has(type));
  const fields = types.flatMap((type) =>
    Object.values(type.getFields())
      .map((field) => ({ from: type, name: field.name, ...target(field) }))
      .filter((field) => leads.has(field.type)),
  );
  // A field that many types have, such as provider, is drawn without a line.
  const isCommon = ({ name, type }) => fields.filter((other) => other.name === name && other.type === type).length > 4;
  return types.map((type) => ({
    type,
    isEntity: whole.has(type),
    roots: roots(schema, type),
    fields: fields.filter(({ from }) => from === type).map((field) => ({ ...field, isCommon: isCommon(field) })),
    implementations: isInterfaceType(type) ? schema.getPossibleTypes(type).filter((other) => leads.has(other)) : [],
  }));
}

// roots returns the names of the root fields that lead to a type.
const roots = (schema, type) =>
  Object.values(schema.getQueryType().getFields())
    .filter((field) => target(field).type === type)
    .map(({ name }) => name);

// documentation returns what the page tells of each type.
export function documentation(schema) {
  const argument = ({ name, type, description }) => ({ name, type: String(type), description: description ?? '' });
  const documented = {};
  for (const type of Object.values(schema.getTypeMap())) {
    if (isIntrospectionType(type) || isSpecifiedScalarType(type) || type === schema.getQueryType() || type === schema.getMutationType()) continue;
    documented[type.name] = {
      description: type.description ?? '',
      roots: hasFields(type) ? roots(schema, type) : [],
      interfaces: hasFields(type) ? type.getInterfaces().map(({ name }) => name) : [],
      values: isEnumType(type) ? type.getValues().map(({ name, description }) => ({ name, description: description ?? '' })) : [],
      fields:
        hasFields(type) || isInputObjectType(type)
          ? Object.values(type.getFields()).map((field) => ({
              ...argument(field),
              named: getNamedType(field.type).name,
              deprecated: field.deprecationReason ?? '',
              arguments: (field.args ?? []).map(argument),
            }))
          : [],
    };
  }
  return documented;
}
