// Compresses the files of build/ with gzip into ../dist, which the binary embeds.
//
// pako is plain JavaScript, so that the output is the same on every machine; the
// output of zlib depends on the processor.
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pako from 'pako';

const web = dirname(fileURLToPath(import.meta.url));
const build = join(web, 'build');
const dist = join(web, '..', 'dist');

// Vite lists the licenses of the JavaScript; these are the licenses of fonts and of
// code within monaco-editor.
const notices = [
  ['@fontsource/fira-code', 'LICENSE'],
  ['@fontsource/roboto', 'LICENSE'],
  ['monaco-editor', 'ThirdPartyNotices.txt'],
].map(([name, file]) => `\n## ${name}: ${file}\n\n${readFileSync(join(web, 'node_modules', name, file), 'utf8').replaceAll('\r\n', '\n')}`);

rmSync(dist, { recursive: true, force: true });
let total = 0;
for (const name of readdirSync(build, { recursive: true }).sort()) {
  const from = join(build, name);
  if (!statSync(from).isFile()) continue;
  let content = readFileSync(from);
  if (name === 'licenses.md') content = Buffer.concat([content, Buffer.from(notices.join(''))]);
  // The gzip header has no time and no name, and the operating system "unknown".
  const packed = pako.gzip(content, { level: 9, header: { os: 255 } });
  const to = join(dist, `${name}.gz`);
  mkdirSync(dirname(to), { recursive: true });
  writeFileSync(to, packed);
  total += packed.length;
}
console.log(`dist: ${total} bytes`);
