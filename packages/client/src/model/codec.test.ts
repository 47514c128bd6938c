import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesCodec, jsonCodec, textCodec } from './codec.js';

test('Each codec reads what it wrote', () => {
  const bytes = new Uint8Array([0, 255]);
  assert.equal(bytesCodec.decode(bytesCodec.encode(bytes)), bytes);
  assert.equal(textCodec.decode(textCodec.encode('喜鹊')), '喜鹊');
  const json = jsonCodec<{ a: number[] }>();
  assert.deepEqual(json.decode(json.encode({ a: [1] })), { a: [1] });
});

test('jsonCodec() throws on what is no JSON', () => {
  assert.throws(() => jsonCodec().decode(textCodec.encode('{')), SyntaxError);
});
