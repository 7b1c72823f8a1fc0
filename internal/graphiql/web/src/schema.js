// withoutInternals returns an introspection result without the types that no query
// can reach and without directives that queries cannot have. A subgraph also lists
// types that only its code generator or a gateway uses.
export function withoutInternals({ types, directives, ...schema }) {
  const byName = new Map(types.map((type) => [type.name, type]));
  const usable = directives.filter(({ locations }) => locations.includes('FIELD') || locations.includes('QUERY'));
  const reached = new Set();
  const reach = (ref) => {
    if (!ref) return;
    if (ref.ofType) return reach(ref.ofType);
    if (reached.has(ref.name) || !byName.has(ref.name)) return;
    reached.add(ref.name);
    const type = byName.get(ref.name);
    type.fields?.forEach(reachFrom);
    type.inputFields?.forEach((field) => reach(field.type));
    type.interfaces?.forEach(reach);
    type.possibleTypes?.forEach(reach);
  };
  const reachFrom = ({ type, args }) => {
    reach(type);
    args.forEach((argument) => reach(argument.type));
  };
  [schema.queryType, schema.mutationType, schema.subscriptionType].forEach(reach);
  usable.forEach(reachFrom);
  for (const { name } of types) if (name.startsWith('__')) reach({ name });
  return { ...schema, types: types.filter(({ name }) => reached.has(name)), directives: usable };
}
