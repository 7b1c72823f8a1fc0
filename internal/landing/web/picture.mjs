// Draws the graph as SVG. Graphviz places the types and routes the lines; the shapes are drawn
// here, so that the style sheet of the page has their colors.
import { instance } from '@viz-js/viz';
import { drawn } from './graph.mjs';

const row = 22;
const head = 44;
const foot = 8;

// width estimates the width of a text of the font's size.
const width = (text, size) => Math.ceil(text.length * size * 0.58);

const label = (field) => (field.isList ? `[${field.type.name}]` : field.type.name);

function box(node) {
  const roots = node.roots.join(' · ');
  const widths = [width(node.type.name, 15), width(roots, 11), ...node.fields.map((field) => width(field.name, 12) + 20 + width(label(field), 12))];
  return { ...node, roots, width: Math.max(120, ...widths) + 28, height: head + node.fields.length * row + foot };
}

// pairs returns the lines: one between two types, whatever number of fields leads from one to the
// other, and one from an interface to each of its types.
function pairs(boxes) {
  const lines = new Map();
  for (const { type, fields, implementations } of boxes) {
    for (const field of fields.filter(({ isCommon }) => !isCommon)) {
      const back = lines.get(`${field.type.name} ${type.name}`);
      if (back) back.isMutual = true;
      else lines.set(`${type.name} ${field.type.name}`, { from: type.name, to: field.type.name });
    }
    for (const other of implementations) lines.set(`${type.name} ${other.name}`, { from: type.name, to: other.name, isImplementation: true });
  }
  return [...lines.values()];
}

// dot describes the graph for Graphviz, which measures boxes in inches of 72 points.
function dot(boxes, lines) {
  const nodes = boxes.map(({ type, width, height }) => `${type.name} [width=${(width / 72).toFixed(4)} height=${(height / 72).toFixed(4)}]`);
  const edges = lines.map(({ from, to, isMutual }, i) => `${from} -> ${to} [id=${i} dir=${isMutual ? 'both' : 'forward'}]`);
  return `digraph { ${layout} node [shape=box fixedsize=true label=""] edge [arrowsize=0.7]\n${[...nodes, ...edges].join('\n')}\n}`;
}

const engine = 'fdp';
const layout = 'overlap=prism splines=true sep="+24" esep="+8" K=1.5 start=4';

// draw returns the picture as an element.
export async function draw(schema) {
  const boxes = drawn(schema).map(box);
  const lines = pairs(boxes);
  const viz = await instance();
  const { bb, objects, edges } = JSON.parse(viz.renderString(dot(boxes, lines), { format: 'json', engine }));
  const top = Number(bb.split(',')[3]);
  const at = (text) => {
    const [x, y] = text.split(',').map(Number);
    return [Math.round(x), Math.round(top - y)];
  };
  const place = new Map(objects.map(({ name, pos }) => [name, at(pos)]));
  // Lines can leave the frame that Graphviz reports.
  const corners = boxes.flatMap(({ type, width, height }) => {
    const [x, y] = place.get(type.name);
    return [[x - width / 2, y - height / 2], [x + width / 2, y + height / 2]];
  });
  const all = [...corners, ...edges.flatMap(({ pos }) => pos.split(' ').map((point) => at(point.replace(/^[es],/, ''))))];
  const margin = 12;
  const low = [0, 1].map((axis) => Math.floor(Math.min(...all.map((point) => point[axis])) - margin));
  const size = [0, 1].map((axis) => Math.ceil(Math.max(...all.map((point) => point[axis])) + margin) - low[axis]);
  return [
    `<svg id="graph" viewBox="${[...low, ...size].join(' ')}" role="group" aria-label="The types of the graph, and the fields that lead from one to another">`,
    '<defs><marker id="end" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path class="tip" d="M0 0.5 7.5 4 0 7.5Z"/></marker></defs>',
    `<g class="lines" aria-hidden="true">${edges.map(({ id, pos }) => drawLine(lines[id], pos, at)).join('')}</g>`,
    ...boxes.map((each) => shape(each, place.get(each.type.name))),
    '</svg>',
  ].join('\n');
}

// drawLine draws the curve that Graphviz describes: `s,` and `e,` are its ends with arrows, the
// other points those of Bézier curves.
function drawLine({ from, to, isMutual, isImplementation }, pos, at) {
  const points = pos.split(' ');
  const end = (mark) => points.filter((point) => point.startsWith(mark)).map((point) => at(point.slice(2)));
  const [first, ...rest] = points.filter((point) => !/^[es],/.test(point)).map(at);
  const [start = first] = end('s,');
  const path = `M${start}L${first}C${rest.join(' ')}${end('e,').map((point) => `L${point}`)}`;
  return `<path class="line${isImplementation ? ' implements' : ''}" data-from="${from}" data-to="${to}" d="${path}" marker-end="url(#end)"${isMutual ? ' marker-start="url(#end)"' : ''}/>`;
}

function shape({ type, isEntity, roots, fields, width, height }, [x, y]) {
  const left = Number((x - width / 2).toFixed(1));
  const above = Number((y - height / 2).toFixed(1));
  const rows = fields.map((field, i) => {
    const base = head + i * row + 15;
    return `<text class="field${field.isCommon ? ' common' : ''}" x="14" y="${base}">${field.name}</text><text class="type" x="${width - 14}" y="${base}" text-anchor="end">${label(field)}</text>`;
  });
  const subtitle = roots ? `<text class="roots" x="14" y="36">${roots}</text>` : '';
  return [
    `<a class="node${isEntity ? '' : ' value'}" href="#${type.name}" data-type="${type.name}" transform="translate(${left} ${above})">`,
    `<rect class="box" width="${width}" height="${height}" rx="10"/>`,
    `<text class="name" x="14" y="${roots ? 21 : 27}">${type.name}</text>${subtitle}`,
    `<path class="rule" d="M0 ${head - 2}H${width}"/>`,
    `<g aria-hidden="true">${rows.join('')}</g>`,
    '</a>',
  ].join('');
}
