import assert from 'node:assert/strict';
import { test } from 'node:test';
import { collect } from './collect.js';

test('collect() gathers values in order', () => {
  assert.deepEqual(collect('b', collect('a')), ['a', 'b']);
});
