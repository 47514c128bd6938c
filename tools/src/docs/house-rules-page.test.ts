import assert from 'node:assert/strict';
import { test } from 'node:test';

import { houseRulesPage } from './house-rules-page.js';

test('houseRulesPage() writes a row for each rule', () => {
  const rule = { doc: 'No a.', check: () => [] };
  const page = houseRulesPage([
    { ...rule, name: 'no-a', excusable: true },
    { ...rule, name: 'no-b', excusable: false },
  ]);
  assert.match(page, /^\| `no-a` \| No a\. \| yes \|$/m);
  assert.match(page, /^\| `no-b` \| No a\. \| no \|$/m);
});
