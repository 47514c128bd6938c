import assert from 'node:assert/strict';
import { test } from 'node:test';

import { magpieIndex } from './magpie-index.js';

test('magpieIndex() counts the subscriptions that match', () => {
  const index = magpieIndex();
  for (const filter of ['a/+', 'a/#', 'a/b', 'b/#']) index.add(filter);
  assert.equal(index.match('a/b'), 3);
  assert.equal(index.match('c'), 0);
});
