import assert from 'node:assert/strict';
import { access } from 'node:fs/promises';
import { test } from 'node:test';

import { withFolder } from './with-folder.js';

test('withFolder() removes the folder when the broker has stopped, and not before', async () => {
  let path = '';
  let stopped = false;
  const broker = await withFolder(async (folder) => {
    path = folder;
    const stop = async () => {
      await access(folder);
      stopped = true;
    };
    return { host: 'h', port: 1, pid: 2, stop };
  });
  await access(path);
  await broker.stop();
  assert.ok(stopped);
  await assert.rejects(access(path), { code: 'ENOENT' });
});

test('withFolder() removes the folder of a broker that does not start', async () => {
  let path = '';
  const started = withFolder((folder) => {
    path = folder;
    return Promise.reject(new Error('no'));
  });
  await assert.rejects(started, { message: 'no' });
  await assert.rejects(access(path), { code: 'ENOENT' });
});
