import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { REPOSITORY } from './repository.js';

test('REPOSITORY is the folder of the workspace', async () => {
  const text = await readFile(join(REPOSITORY, 'package.json'), 'utf8');
  assert.ok('workspaces' in (JSON.parse(text) as object));
});
