import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  numberKey,
  numberOfKey,
  partsOfSessionKey,
  sessionKey,
  sessionOfKey,
  sessionTextKey,
  textKey,
} from './keys.js';

const number = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
/** What LMDB takes. */
const KEY_BYTES_MAX = 1978;

test('numberKey() and numberOfKey() are inverse', () => {
  fc.assert(fc.property(number, (each) => assert.equal(numberOfKey(numberKey(each)), each)));
});

test('sessionKey() and partsOfSessionKey() are inverse', () => {
  fc.assert(
    fc.property(number, number, (session, each) => {
      const key = sessionKey(session, each);
      assert.deepEqual(partsOfSessionKey(key), { session, number: each });
      assert.equal(sessionOfKey(key), session);
    }),
  );
});

test('sessionKey() and sessionTextKey() lie between the keys of their session and the next', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 2 ** 40 }),
      number,
      fc.string(),
      (session, each, text) => {
        for (const key of [sessionKey(session, each), sessionTextKey(session, text)]) {
          assert.ok(Buffer.compare(key, numberKey(session)) > 0);
          assert.ok(Buffer.compare(key, numberKey(session + 1)) < 0);
          assert.equal(sessionOfKey(key), session);
        }
      },
    ),
  );
});

const LONG = 'x'.repeat(2000);
const texts = ['', 'a', 'A', 'a/b', 'é', '🐦', '\0', LONG, `${LONG}1`, `${LONG}2`, '\u0001a'];
for (const [place, text] of texts.entries()) {
  test(`textKey() tells text ${place} from all others, and is a key`, () => {
    const key = textKey(text);
    assert.ok(key.length > 0 && key.length + 8 <= KEY_BYTES_MAX);
    for (const other of texts) {
      assert.equal(Buffer.compare(key, textKey(other)) === 0, text === other);
    }
  });
}

const wrong: readonly (readonly [
  name: string,
  read: (key: Uint8Array) => unknown,
  size: number,
])[] = [
  ['numberOfKey', numberOfKey, 7],
  ['numberOfKey', numberOfKey, 9],
  ['partsOfSessionKey', partsOfSessionKey, 8],
  ['partsOfSessionKey', partsOfSessionKey, 17],
  ['sessionOfKey', sessionOfKey, 7],
];
for (const [name, read, size] of wrong) {
  test(`${name}() refuses a key of ${size} bytes`, () => {
    assert.throws(() => read(new Uint8Array(size)), RangeError);
  });
}
