import assert from 'node:assert/strict';
import { test } from 'node:test';
import { byteSize } from './byte-size.js';

for (const [text, bytes] of [
  ['1', 1],
  ['65536', 65_536],
  ['64k', 65_536],
  ['64K', 65_536],
  ['100M', 104_857_600],
  ['2GiB', 2_147_483_648],
  ['3kB', 3072],
] as const) {
  test(`byteSize() of '${text}' is ${bytes}`, () => {
    assert.equal(byteSize('--max-size', text), bytes);
  });
}

for (const text of ['', '0', '-1', '1.5k', '1T', 'k', '9999999999999999999']) {
  test(`byteSize() refuses '${text}'`, () => {
    assert.throws(() => byteSize('--max-size', text), {
      name: 'UsageError',
      message: /^--max-size must be a number of bytes such as 65536, 64k, 100M: it is '/,
    });
  });
}
