// Builds ../dist from src/ and the schema. With --check it only fails if ../dist has something
// else.
//
// The names of the files in assets/ have a hash of the content. pako is plain JavaScript, so
// that the output is the same on every machine; the output of zlib depends on the processor.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pako from 'pako';
import { documentation, read } from './graph.mjs';
import { draw } from './picture.mjs';

const web = dirname(fileURLToPath(import.meta.url));
const dist = join(web, '..', 'dist');
const isCheck = process.argv.includes('--check');
const source = (name) => readFileSync(join(web, 'src', name), 'utf8');

const schema = read(readFileSync(join(web, '../../../schema.graphqls'), 'utf8'));
const files = new Map();

// asset adds a file below assets/ and returns its URL.
function asset(name, content) {
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 8);
  const path = `assets/${name.replace(/\.(\w+)$/, `-${hash}.$1`)}`;
  files.set(`files/${path}`, content);
  return `/graph/${path}`;
}

const theme = asset('theme.js', source('theme.js'));
const urls = {
  './favicon.svg': asset('favicon.svg', source('favicon.svg')),
  './style.css': asset('style.css', source('style.css')),
  './landing.js': asset('landing.js', source('landing.js').replace('./theme.js', theme)),
  './picture.js': asset(
    'picture.js',
    source('picture.js').replace('./theme.js', theme).replace("'TYPES'", () => JSON.stringify(documentation(schema))),
  ),
};
const linked = (html) => html.replace(/(?<=(?:href|src)=")\.\/[\w.]+/g, (name) => urls[name]);
files.set('landing.html', linked(source('landing.html')));
files.set('files/index.html', linked(source('picture.html')).replace('<!-- picture -->', await draw(schema)));

if (!isCheck) rmSync(dist, { recursive: true, force: true });
let total = 0;
for (const [name, content] of files) {
  // The gzip header has no time and no name, and the operating system "unknown".
  const packed = pako.gzip(content, { level: 9, header: { os: 255 } });
  const to = join(dist, `${name}.gz`);
  total += packed.length;
  if (isCheck) {
    if (!existsSync(to) || !readFileSync(to).equals(packed)) throw new Error(`dist/${name}.gz is not built from web/ and the schema: run make landing`);
    continue;
  }
  mkdirSync(dirname(to), { recursive: true });
  writeFileSync(to, packed);
}
const other = readdirSync(dist, { recursive: true }).filter((name) => !files.has(name.replace(/\.gz$/, '')) && statSync(join(dist, name)).isFile());
if (other.length > 0) throw new Error(`dist has ${other}, which web/ does not build: run make landing`);
console.log(`dist: ${total} bytes`);
