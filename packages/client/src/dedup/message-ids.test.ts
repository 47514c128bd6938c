import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MessageIds } from './message-ids.js';

/** Fills with 1 the first time, with 2 the second. */
function counting(): (target: Uint8Array) => void {
  let draws = 0;
  return (target) => target.fill(++draws);
}

function hexOf(id: Uint8Array): string {
  return Buffer.from(id).toString('hex');
}

test('MessageIds.next() counts up behind what was drawn once', () => {
  const ids = new MessageIds(counting());
  assert.equal(hexOf(ids.next()), `${'01'.repeat(12)}00000000`);
  assert.equal(hexOf(ids.next()), `${'01'.repeat(12)}00000001`);
});

test('MessageIds.next() draws anew when the counter is used up', () => {
  const ids = new MessageIds(counting(), 2 ** 32 - 1);
  assert.equal(hexOf(ids.next()), `${'01'.repeat(12)}ffffffff`);
  assert.equal(hexOf(ids.next()), `${'02'.repeat(12)}00000000`);
});

test('MessageIds.next() gives arrays of their own', () => {
  const ids = new MessageIds(counting());
  const first = ids.next();
  first.fill(9);
  assert.equal(hexOf(ids.next()), `${'01'.repeat(12)}00000001`);
});
