import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashBytes } from './hash-bytes.js';
import { hex } from './hex.testing.js';

test('hashBytes() depends on the bytes of the region and the seed alone', () => {
  const bytes = hex("'xxa/byy'");
  const hash = hashBytes(7, bytes, 2, 5);
  assert.equal(hash, hashBytes(7, hex("'a/b'"), 0, 3));
  assert.notEqual(hash, hashBytes(8, bytes, 2, 5));
  assert.notEqual(hash, hashBytes(7, bytes, 2, 6));
  assert.equal(hash, hash | 0);
});

test('hashBytes() spreads names that differ in one digit over the low bits', () => {
  const slots = new Set<number>();
  for (let number = 0; number < 1000; number++) {
    const bytes = new TextEncoder().encode(`site/${number}/temperature`);
    slots.add(hashBytes(1, bytes, 0, bytes.length) & 0xfff);
  }
  // 1000 into 4096 slots at random fill about 886.
  assert.ok(slots.size > 820, `${slots.size} slots`);
});
