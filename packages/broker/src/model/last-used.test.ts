import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lastUsed } from './last-used.js';

test('lastUsed() forgets what was not used for longest, and nothing before it is full', () => {
  const table = lastUsed<true>(3);
  for (const key of ['a', 'b', 'c']) table.set(key, true);
  assert.deepEqual([...table.keys()].sort(), ['a', 'b', 'c']);
  table.get('a');
  table.set('d', true);
  assert.deepEqual([...table.keys()].sort(), ['a', 'c', 'd']);
});

test('lastUsed() is as large as it may be after ten times as many', () => {
  const table = lastUsed<{ number: number }>(1000);
  for (let number = 0; number < 10_000; number++) table.set(`key ${number}`, { number });
  assert.equal(table.size, 1000);
  assert.deepEqual(table.get('key 9000'), { number: 9000 });
  assert.equal(table.get('key 8999'), undefined);
});
