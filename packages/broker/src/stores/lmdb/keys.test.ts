import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  numberKey,
  numberOfKey,
  partsOfSessionKey,
  sessionKey,
  sessionOfKey,
  sessionTextKey,
  textKey,
} from './keys.js';

/** Of LMDB. */
const KEY_BYTES_MAX = 1978;

test('numberOfKey() is the inverse of numberKey()', () => {
  for (const number of [0, 1, 255, 2 ** 32, Number.MAX_SAFE_INTEGER]) {
    assert.equal(numberOfKey(numberKey(number)), number);
  }
});

test('partsOfSessionKey() is the inverse of sessionKey()', () => {
  const parts = { session: 7, number: 2 ** 40 };
  assert.deepEqual(partsOfSessionKey(sessionKey(parts.session, parts.number)), parts);
});

test('sessionOfKey() reads both kinds of keys of a session', () => {
  assert.equal(sessionOfKey(sessionKey(3, 4)), 3);
  assert.equal(sessionOfKey(sessionTextKey(3, 'a/#')), 3);
});

const texts = ['', 'a', 'a/b', 'é', 'x'.repeat(1024), 'x'.repeat(1025), 'x'.repeat(65_535)];
test('textKey() gives each text a key of its own that LMDB takes', () => {
  const keys = texts.map((text) => Buffer.from(textKey(text)));
  assert.equal(new Set(keys.map((key) => key.toString('hex'))).size, texts.length);
  for (const key of keys) assert.ok(key.length > 0 && key.length <= KEY_BYTES_MAX);
});

test('sessionTextKey() keeps the sessions apart', () => {
  assert.notDeepEqual(sessionTextKey(1, 'a'), sessionTextKey(2, 'a'));
  assert.ok(sessionTextKey(1, 'x'.repeat(65_535)).length <= KEY_BYTES_MAX);
});

test('keys of another length are refused', () => {
  assert.throws(() => numberOfKey(new Uint8Array(7)), /7 bytes instead of 8/);
  assert.throws(() => partsOfSessionKey(new Uint8Array(8)), /8 bytes instead of 16/);
  assert.throws(() => sessionOfKey(new Uint8Array(3)), RangeError);
});
