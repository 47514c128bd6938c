import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';

import { CHECKS, runChecks } from './checks.mjs';
import { pathOf } from './command.mjs';

test('CHECKS name programs that are there', () => {
  for (const { file } of CHECKS) assert.ok(existsSync(pathOf(file)), file);
});

test('runChecks() names those that fail, with what they say', async () => {
  const failed = await runChecks([
    { name: 'good', file: 'tools/setup/workspaces.mjs', args: [] },
    { name: 'bad', file: 'tools/setup/no-such-file.mjs', args: [] },
  ]);
  assert.deepEqual(
    failed.map(({ name }) => name),
    ['bad'],
  );
  assert.match(failed[0].output, /no-such-file/);
});
