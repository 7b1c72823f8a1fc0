// The picture of the graph: what is selected, its details, and the size.
import './theme.js';

// types has the description and fields of each type.
const types = 'TYPES';

const svg = document.getElementById('graph');
const canvas = document.getElementById('canvas');
const details = document.getElementById('details');
const nodes = new Map([...svg.querySelectorAll('.node')].map((node) => [node.dataset.type, node]));
const lines = [...svg.querySelectorAll('.line')];
const intro = [...details.children];

function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  Object.assign(made, properties);
  made.append(...children);
  return made;
}

// text returns a description, of which `…` is code, and a URL is a link.
const text = (description) =>
  element(
    'p',
    {},
    ...description.split(/(`[^`]+`|https:\/\/[^\s<>()`]*[^\s<>()`.,;:])/).map((part) => {
      if (/^`.+`$/.test(part)) return element('code', {}, part.slice(1, -1));
      return part.startsWith('https://') ? element('a', { href: part }, part) : part;
    }),
  );

const isKnown = (name) => Object.hasOwn(types, name);

const link = (name, label = name) => (isKnown(name) ? element('a', { href: `#${name}` }, label) : label);

// typed returns a type such as [User!]! with a link to its name.
const typed = ({ type, named = type.replace(/[[\]!]/g, '') }) => {
  const [before, after] = type.split(named);
  return element('span', { className: 'quiet' }, before, link(named), after);
};

function describe(name) {
  const type = types[name];
  const made = [element('h2', {}, name)];
  if (type.description) made.push(text(type.description));
  if (type.roots.length > 0) made.push(element('p', { className: 'quiet' }, `Query: ${type.roots.join(', ')}`));
  if (type.interfaces.length > 0) made.push(element('p', { className: 'quiet' }, 'Implements ', ...type.interfaces.flatMap((other, i) => [i > 0 ? ', ' : '', link(other)])));
  for (const value of type.values) made.push(element('div', { className: 'entry' }, element('h3', {}, value.name), text(value.description)));
  for (const field of type.fields) {
    const given = field.arguments.map((argument) => element('li', {}, element('code', {}, argument.name), ': ', typed(argument), text(argument.description)));
    made.push(
      element(
        'div',
        { className: 'entry', id: `${name}.${field.name}` },
        element('h3', {}, field.name, ' ', typed(field)),
        ...(field.deprecated ? [text(`Deprecated: ${field.deprecated}`)] : []),
        ...(field.description ? [text(field.description)] : []),
        ...(given.length > 0 ? [element('ul', {}, ...given)] : []),
      ),
    );
  }
  return made;
}

// light emphasizes a type, its lines and what they lead to.
function light(name) {
  svg.classList.toggle('focused', nodes.has(name));
  const near = new Set();
  for (const line of lines) {
    const ends = [line.dataset.from, line.dataset.to];
    line.classList.toggle('lit', ends.includes(name));
    if (ends.includes(name)) ends.forEach((end) => near.add(end));
  }
  for (const [other, node] of nodes) {
    node.classList.toggle('selected', other === name);
    node.classList.toggle('lit', near.has(other) || other === name);
  }
}

// select shows what the fragment of the URL names: Type, or Type.field.
function select() {
  const [name, field] = location.hash.slice(1).split('.');
  light(name);
  document.title = 'Picture of the graph';
  if (!isKnown(name)) return details.replaceChildren(...intro);
  details.replaceChildren(...describe(name));
  details.scrollTop = 0;
  document.title = `${name} · Picture of the graph`;
  nodes.get(name)?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  if (field) document.getElementById(`${name}.${field}`)?.scrollIntoView();
}

addEventListener('hashchange', select);
for (const [name, node] of nodes) {
  node.addEventListener('pointerenter', () => light(name));
  node.addEventListener('pointerleave', () => light(location.hash.slice(1).split('.')[0]));
}

// The search knows types, and fields as Type.field.
const find = document.getElementById('find');
const names = Object.entries(types).flatMap(([name, { fields }]) => [name, ...fields.map((field) => `${name}.${field.name}`)]);
document.getElementById('names').append(...names.map((value) => element('option', { value })));
const byLetters = new Map(names.map((name) => [name.toLowerCase(), name]));
// found returns the name with these letters; else the shortest whose field has them as its name,
// that begins with them, or that contains them.
function found(letters) {
  const all = [...byLetters.keys()].sort((a, b) => a.length - b.length);
  const match = [
    (name) => name === letters,
    (name) => name.endsWith(`.${letters}`),
    (name) => name.startsWith(letters),
    (name) => name.includes(letters),
  ].map((matches) => all.find(matches)).find(Boolean);
  return letters && byLetters.get(match);
}
find.addEventListener('change', () => {
  const name = found(find.value.trim().toLowerCase());
  if (name) location.hash = name;
  find.setAttribute('aria-invalid', String(!name && find.value !== ''));
});

// The size is a factor of the drawing's pixels; 0 fits it into the window.
const { width, height } = svg.viewBox.baseVal;
let size = 0;
const fitting = () => Math.min(canvas.clientWidth / width, canvas.clientHeight / height, 1);

function resize(factor) {
  size = factor && Math.min(3, Math.max(fitting() / 2, factor));
  svg.style.width = `${width * (size || Math.max(fitting(), 0.3))}px`;
}

document.getElementById('smaller').addEventListener('click', () => resize((size || fitting()) / 1.25));
document.getElementById('larger').addEventListener('click', () => resize((size || fitting()) * 1.25));
document.getElementById('fit').addEventListener('click', () => resize(0));
addEventListener('resize', () => resize(size));

// The mouse drags the drawing.
canvas.addEventListener('pointerdown', (down) => {
  if (down.button !== 0 || down.pointerType !== 'mouse' || down.target.closest('.node')) return;
  const from = { left: canvas.scrollLeft, top: canvas.scrollTop };
  const drag = (move) => canvas.scrollTo(from.left + down.clientX - move.clientX, from.top + down.clientY - move.clientY);
  canvas.setPointerCapture(down.pointerId);
  canvas.addEventListener('pointermove', drag);
  canvas.addEventListener('pointerup', () => canvas.removeEventListener('pointermove', drag), { once: true });
});

resize(0);
select();
