import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { bootId } from './boot-id.js';
import { freshFolder } from './fresh-folder.testing.js';

test('bootId() is the same until the system starts again', () => {
  assert.equal(bootId(), bootId());
});

test('bootId() is what the system says, without the end of the line', async (t) => {
  const path = join(await freshFolder(t), 'boot_id');
  await writeFile(path, '0c7b2a6e-24d5-4a0e-9d7a-0f3a5a3c1b11\n');
  assert.equal(bootId(path), '0c7b2a6e-24d5-4a0e-9d7a-0f3a5a3c1b11');
});

test('bootId() is empty where the system tells none', () => {
  assert.equal(bootId('/nosuch/boot_id'), '');
});
