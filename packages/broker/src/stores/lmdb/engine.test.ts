import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WriteFailure } from './engine.js';
import { WriteBatch } from './write-batch.js';

test('WriteFailure gives back what was not written', () => {
  const batches = [new WriteBatch().take()];
  const failure = new WriteFailure('disk full', batches);
  assert.equal(failure.name, 'WriteFailure');
  assert.equal(failure.message, 'disk full');
  assert.equal(failure.batches, batches);
});
