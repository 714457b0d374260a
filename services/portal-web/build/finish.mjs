/**
 * The last step of the build: compress every file, print the size of each chunk, and fail if the
 * first load of a view exceeds the budget.
 */

import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

/** Bytes, compressed with gzip, of the scripts and styles that a view needs. */
const BUDGET = 400 * 1000;
const COMPRESSED = /\.(js|css|html|svg|json)$/;
const dist = new URL('../dist/', import.meta.url).pathname;

function files(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function sizes() {
  const found = new Map();
  for (const file of files(dist)) {
    if (!COMPRESSED.test(file)) continue;
    const plain = readFileSync(file);
    const gzip = gzipSync(plain, { level: 9 });
    found.set(file.slice(dist.length), { plain: plain.length, gzip: gzip.length });
    // the server writes a nonce into the page, so the page cannot be compressed in advance
    if (file.endsWith('.html') || plain.length < 1024) continue;
    writeFileSync(`${file}.gz`, gzip);
    writeFileSync(
      `${file}.br`,
      brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
    );
  }
  return found;
}

/** Return an entry of the manifest and everything that it imports. */
function loaded(manifest, name, seen = new Set()) {
  const chunk = manifest[name];
  if (chunk === undefined || seen.has(name)) return seen;
  seen.add(name);
  for (const other of chunk.imports ?? []) loaded(manifest, other, seen);
  return seen;
}

function weigh(manifest, names, size) {
  const all = new Set(
    [...names].flatMap((name) => [manifest[name].file, ...(manifest[name].css ?? [])]),
  );
  return [...all].reduce((sum, file) => sum + (size.get(file)?.gzip ?? 0), 0);
}

function kilobytes(bytes) {
  return `${(bytes / 1000).toFixed(1).padStart(7)} kB`;
}

const manifest = JSON.parse(readFileSync(join(dist, '.vite/manifest.json'), 'utf8'));
rmSync(join(dist, '.vite'), { recursive: true });
const size = sizes();
const first = loaded(manifest, 'index.html');

console.log('gzip per chunk:');
for (const [file, { gzip }] of [...size].sort((one, other) => other[1].gzip - one[1].gzip)) {
  if (gzip > 1000) console.log(`${kilobytes(gzip)}  ${file}`);
}
console.log(`first load per view (budget ${kilobytes(BUDGET).trim()}):`);
let isOver = false;
const isView = (name) => manifest[name].isDynamicEntry && name.startsWith('src/views/');
for (const name of Object.keys(manifest).filter(isView)) {
  const bytes = weigh(manifest, new Set([...first, ...loaded(manifest, name)]), size);
  isOver ||= bytes > BUDGET;
  const verdict = bytes > BUDGET ? '  OVER THE BUDGET' : '';
  console.log(`${kilobytes(bytes)}  ${name.replace('src/views/', '')}${verdict}`);
}
if (isOver) {
  // without index.html, the next `make` builds again
  rmSync(join(dist, 'index.html'));
  console.error('A view exceeds the budget. Split it, or load less.');
  process.exit(1);
}
