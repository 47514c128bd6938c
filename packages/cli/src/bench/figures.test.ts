import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  addCounts,
  COUNT_NAMES,
  LATENCY_NAMES,
  latencySet,
  noCounts,
  noLatencies,
  subtractCounts,
} from './figures.js';

test('addCounts() and subtractCounts() go over every count', () => {
  const one = noCounts();
  for (const [at, name] of COUNT_NAMES.entries()) one[name] = at + 1;
  const sum = addCounts([one, one, noCounts()]);
  for (const name of COUNT_NAMES) assert.equal(sum[name], 2 * one[name]);
  assert.deepEqual(subtractCounts(sum, one), one);
});

test('latencySet() has one of each name', () => {
  assert.deepEqual(Object.keys(latencySet((name) => name)), LATENCY_NAMES);
  assert.equal(noLatencies().lag.count, 0);
});
