import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';

import { CHECKS, runChecks } from './checks.mjs';
import { pathOf } from './command.mjs';

test('CHECKS name programs that are there', () => {
  for (const { file } of CHECKS) assert.ok(existsSync(pathOf(file)), file);
});

test('runChecks() names those that fail, and prints what they say', async (t) => {
  const error = t.mock.method(console, 'error', () => {});
  const failed = await runChecks([
    { name: 'good', file: 'tools/setup/workspaces.mjs', args: [] },
    { name: 'bad', file: 'tools/setup/no-such-file.mjs', args: [] },
  ]);
  assert.deepEqual(failed, ['bad']);
  assert.equal(error.mock.callCount(), 1);
  assert.match(error.mock.calls[0].arguments[0], /no-such-file/);
});
