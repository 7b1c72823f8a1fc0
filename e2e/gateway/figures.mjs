// A test reporter: node's spec reporter, followed by the figures that tests print.
import { spec } from 'node:test/reporters';

const mark = 'figure: ';

// figure prints a figure.
export const figure = (text) => console.log(mark + text);

export default async function* report(source) {
  const figures = [];
  const filtered = async function* () {
    for await (const event of source) {
      if (event.type === 'test:stdout' && event.data.message.startsWith(mark)) {
        figures.push(event.data.message.slice(mark.length));
        continue;
      }
      yield event;
    }
  };
  const { compose } = await import('node:stream');
  yield* compose(filtered, new spec());
  yield `\n${figures.join('')}`;
}
