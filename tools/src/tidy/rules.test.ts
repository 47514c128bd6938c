import assert from 'node:assert/strict';
import { test } from 'node:test';

import { houseRules } from './rules.js';

test('houseRules() names each rule once, in kebab-case, with a sentence', () => {
  const rules = houseRules([]);
  const names = rules.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  for (const { name, doc } of rules) {
    assert.match(name, /^[a-z]+(-[a-z]+)*$/);
    assert.match(doc, /^[A-Z].+\.$|`\.$/s, name);
  }
});
