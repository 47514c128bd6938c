import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { bundle } from './bundle.js';

test('bundle() counts the bytes of the compressed code', async () => {
  const { code, gzipBytes } = await bundle('export const answer = [1, 2, 3].map((x) => x * 2);');
  const compressed = gzipSync(code, { level: 9 });
  assert.equal(gzipBytes, compressed.length);
  assert.match(gunzipSync(compressed).toString(), /map\(/);
});

test('bundle() takes the files for browsers, and leaves out what is not used', async () => {
  const { parts } = await bundle("export { utf8Length } from '@magpie/protocol';");
  const files = parts.map(([file]) => file.replace(/^.*\/dist\//, ''));
  assert.deepEqual(files, ['bytes/utf8-web.js']);
});

test('bundle() lists the parts by size', async () => {
  const { parts, code } = await bundle("export { Deduplicator } from '@magpie/client';");
  const sizes = parts.map(([, bytes]) => bytes);
  assert.deepEqual(
    sizes,
    sizes.toSorted((a, b) => b - a),
  );
  assert.ok(sizes.reduce((sum, bytes) => sum + bytes, 0) <= code.length);
});

test('bundle() refuses a module of Node.js', async () => {
  await assert.rejects(
    bundle("import { connect } from 'node:net'; globalThis.connect = connect;"),
    /node:net/,
  );
});
