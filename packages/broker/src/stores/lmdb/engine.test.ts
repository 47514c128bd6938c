import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WriteFailure } from './engine.js';

test('WriteFailure brings back what was not written', () => {
  const batches = [{ bytes: new Uint8Array(4), end: 3 }];
  const failure = new WriteFailure('no space left on device', batches);
  assert.ok(failure instanceof Error);
  assert.equal(failure.message, 'no space left on device');
  assert.equal(failure.batches, batches);
});
