import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StoreLost } from './store-lost.js';

test('StoreLost is an Error with a name of its own', () => {
  const cause = new Error('no memory');
  const error = new StoreLost('The thread has ended', { cause });
  assert.deepEqual([error.name, error.message], ['StoreLost', 'The thread has ended']);
  assert.equal(error.cause, cause);
});
