import assert from 'node:assert/strict';
import { test } from 'node:test';

import { prepare } from './prepare.mjs';

test('prepare() says nothing when nothing is missing', async (t) => {
  const error = t.mock.method(console, 'error', () => {});
  // However busy the machine is.
  await prepare({ projects: ['packages/protocol'], noticeAfterMs: 300_000 });
  assert.deepEqual(error.mock.calls, []);
});
