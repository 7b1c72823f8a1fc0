// A reporter: what node's own says, and at its end the figures that tests told.
import { spec } from 'node:test/reporters';

const mark = 'figure: ';

// figure tells a figure.
export const figure = (text) => console.log(mark + text);

export default async function* report(source) {
  const told = [];
  const watched = async function* () {
    for await (const event of source) {
      if (event.type === 'test:stdout' && event.data.message.startsWith(mark)) {
        told.push(event.data.message.slice(mark.length));
        continue;
      }
      yield event;
    }
  };
  const { compose } = await import('node:stream');
  yield* compose(watched, new spec());
  yield `\n${told.join('')}`;
}
