import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NOT_CONVERTED, NOTHING_TO_DO } from './mosquitto-directives.js';

test('NOT_CONVERTED and NOTHING_TO_DO share no directive', () => {
  const twice = Object.keys(NOT_CONVERTED).filter((name) => NOTHING_TO_DO.has(name));
  assert.deepEqual(twice, []);
});
