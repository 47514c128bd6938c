import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';

import { pathOf } from './command.mjs';
import { workspaceFolders } from './workspaces.mjs';

test('workspaceFolders() lists tools and every folder of packages and quality', async () => {
  const folders = await workspaceFolders();
  for (const folder of ['packages/protocol', 'packages/cli', 'quality/conformance', 'tools']) {
    assert.ok(folders.includes(folder), folder);
  }
  for (const folder of folders) assert.ok(existsSync(pathOf(folder)), folder);
});
