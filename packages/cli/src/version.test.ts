import assert from 'node:assert/strict';
import { test } from 'node:test';
import { packageVersion } from './version.js';

test('packageVersion() is a version', () => {
  assert.match(packageVersion(), /^\d+\.\d+\.\d+/);
});
