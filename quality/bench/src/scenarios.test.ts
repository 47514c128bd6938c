import assert from 'node:assert/strict';
import { test } from 'node:test';

import { MATCHING, RECOVERY, SCENARIOS } from './scenarios.js';

test('SCENARIOS have names of their own that can stand in a file name', () => {
  const names = [...SCENARIOS, MATCHING, RECOVERY].map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  for (const name of names) assert.match(name, /^[a-z0-9-]+$/);
});

test('SCENARIOS that show memory or latency are the ones that measure it', () => {
  for (const { name, program, load, shows } of SCENARIOS) {
    assert.equal(shows === 'memory', program === 'idle', name);
    assert.equal(shows === 'latency', load['rate'] !== undefined, name);
  }
});
