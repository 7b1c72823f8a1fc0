// Compresses the files of build/ with gzip into ../dist, which the binary embeds. With --check
// it only fails if ../dist has something else.
//
// pako is plain JavaScript, so that the output is the same on every machine; the
// output of zlib depends on the processor.
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pako from 'pako';

const web = dirname(fileURLToPath(import.meta.url));
const build = join(web, 'build');
const dist = join(web, '..', 'dist');
const isCheck = process.argv.includes('--check');

// Vite lists the licenses of the JavaScript; this is the license of the font.
const font = `\n## @fontsource-variable/inter: LICENSE\n\n${readFileSync(join(web, 'node_modules/@fontsource-variable/inter/LICENSE'), 'utf8')}`;

if (!isCheck) rmSync(dist, { recursive: true, force: true });
let total = 0;
const names = [];
for (const name of readdirSync(build, { recursive: true }).sort()) {
  const from = join(build, name);
  if (!statSync(from).isFile()) continue;
  let content = readFileSync(from);
  if (name === 'licenses.md') content = Buffer.concat([content, Buffer.from(font)]);
  // The gzip header has no time and no name, and the operating system "unknown".
  const packed = pako.gzip(content, { level: 9, header: { os: 255 } });
  const to = join(dist, `${name}.gz`);
  total += packed.length;
  names.push(`${name}.gz`);
  if (isCheck) {
    if (!existsSync(to) || !readFileSync(to).equals(packed)) throw new Error(`dist/${name}.gz is not built from web/: run make access`);
    continue;
  }
  mkdirSync(dirname(to), { recursive: true });
  writeFileSync(to, packed);
}
const other = readdirSync(dist, { recursive: true }).filter((name) => !names.includes(name) && statSync(join(dist, name)).isFile());
if (other.length > 0) throw new Error(`dist has ${other}, which web/ does not build: run make access`);
console.log(`dist: ${total} bytes`);
