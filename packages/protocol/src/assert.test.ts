import { throws } from 'node:assert/strict';
import { test } from 'node:test';
import { AssertionError, assert, unreachable } from './assert.js';

test('assert() throws its claim unless it holds', () => {
  assert(true, 'it holds');
  throws(() => assert(false, 'it holds'), new AssertionError('it holds'));
});

test('unreachable() throws', () => {
  throws(() => unreachable('x' as never), { name: 'AssertionError', message: 'No case for x' });
});
