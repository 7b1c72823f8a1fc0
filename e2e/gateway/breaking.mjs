// Finds changes of the schema that break clients or gateways.
import { buildSchema, findBreakingChanges, parse, visit } from 'graphql';

// breaking returns a sentence for each change from one SDL to another that breaks a client or a
// gateway: what graphql-js reports, and a key of an entity that is gone.
export function breaking(before, after) {
  const changes = findBreakingChanges(...[before, after].map((sdl) => buildSchema(sdl, { assumeValidSDL: true })));
  const sentences = changes.map(({ description }) => description);
  const remaining = keys(after);
  for (const key of keys(before)) if (!remaining.includes(key)) sentences.push(`${key} was removed.`);
  return sentences;
}

// keys returns the keys of all entities, such as `@key(fields: "id") of User`.
function keys(sdl) {
  const found = [];
  visit(parse(sdl), {
    ObjectTypeDefinition({ name, directives }) {
      for (const directive of directives.filter((each) => each.name.value === 'key')) {
        const fields = directive.arguments.find((argument) => argument.name.value === 'fields').value.value;
        found.push(`@key(fields: "${fields}") of ${name.value}`);
      }
      return false;
    },
  });
  return found;
}

// unannounced returns the sentences that the changelog does not have in the part "Breaking" of
// what is not released yet. Code marks, case and line breaks do not count.
export function unannounced(sentences, changelog) {
  const unreleased = changelog.split(/^## /m).find((part) => part.startsWith('[Unreleased]')) ?? '';
  const announced = plain(unreleased.split(/^### /m).find((part) => part.startsWith('Breaking')) ?? '');
  return sentences.filter((sentence) => !announced.includes(plain(sentence).replace(/\.$/, '')));
}

const plain = (text) => text.replaceAll('`', '').replace(/\s+/g, ' ').toLowerCase();
