// Compresses the files of build/ with gzip into the folder that the first argument names,
// by default ../dist, which the binary embeds.
//
// pako is plain JavaScript, so that the output is the same on every machine; the
// output of zlib depends on the processor.
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import pako from 'pako';

const web = dirname(fileURLToPath(import.meta.url));
const build = join(web, 'build');
const dist = resolve(process.argv[2] ?? join(web, '..', 'dist'));

// Vite lists the licenses of the JavaScript; this is the license of the font.
const font = `\n## @fontsource-variable/inter: LICENSE\n\n${readFileSync(join(web, 'node_modules/@fontsource-variable/inter/LICENSE'), 'utf8')}`;

rmSync(dist, { recursive: true, force: true });
let total = 0;
for (const name of readdirSync(build, { recursive: true }).sort()) {
  const from = join(build, name);
  if (!statSync(from).isFile()) continue;
  let content = readFileSync(from);
  if (name === 'licenses.md') content = Buffer.concat([content, Buffer.from(font)]);
  // The gzip header has no time and no name, and the operating system "unknown".
  const packed = pako.gzip(content, { level: 9, header: { os: 255 } });
  const to = join(dist, `${name}.gz`);
  mkdirSync(dirname(to), { recursive: true });
  writeFileSync(to, packed);
  total += packed.length;
}
console.log(`dist: ${total} bytes`);
