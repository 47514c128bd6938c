import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServeFailure } from './serve-failure.js';

test('ServeFailure is told apart from our own bugs by its name', () => {
  assert.equal(new ServeFailure('why').name, 'ServeFailure');
  assert.ok(new ServeFailure('why') instanceof Error);
});
