import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runInProcess } from '../command.testing.js';

test('magpie acl lists its tools, and wants one', async () => {
  const help = await runInProcess(['acl', '--help']);
  assert.match(help.out.join('\n'), /test .*Ask whether a client may publish or subscribe/);
  const bare = await runInProcess(['acl']);
  assert.equal(bare.code, 2);
});
