import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkFilters } from './check-filters.js';

test('checkFilters() names the first that is no topic filter', () => {
  checkFilters(['a', '+/b/#', '$SYS/#']);
  assert.throws(() => checkFilters(['a', 'b#', 'c#']), {
    name: 'UsageError',
    message: /^'b#' is no topic filter: /,
  });
});
