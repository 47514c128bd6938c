import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BUDGETS } from './budgets.js';
import { checkBudget } from './check-budget.js';

for (const budget of BUDGETS) {
  test(`BUDGETS: ${budget.name} has at most ${budget.gzipBytesMax} bytes`, async () => {
    assert.equal(await checkBudget(budget), undefined);
  });
}
