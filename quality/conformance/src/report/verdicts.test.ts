import assert from 'node:assert/strict';
import { test } from 'node:test';
import { selectTests } from '../suite/suite.js';
import { readVerdicts } from './verdicts.js';

test('verdicts.json names living tests and says who is wrong and why', () => {
  const names = new Set(selectTests([]).map((entry) => entry.test.name));
  for (const [broker, verdicts] of Object.entries(readVerdicts())) {
    for (const [name, { wrong, why }] of Object.entries(verdicts)) {
      assert.ok(names.has(name), `${broker}: there is no test “${name}”`);
      assert.ok(['broker', 'test', 'nobody'].includes(wrong), name);
      assert.notEqual(why, '', name);
    }
  }
});
