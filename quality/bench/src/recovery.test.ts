import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { fillForRecovery, measureRecovery } from './recovery.js';

test('measureRecovery() starts a broker on what fillForRecovery() has made', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'magpie-bench-'));
  t.after(() => rm(folder, { recursive: true }));
  const load = { sessions: 20, queued: 50, retained: 30, payload: 100 };
  await fillForRecovery(folder, load);
  const { elapsedS, cpuUs, ownBytes } = await measureRecovery(folder, load);
  for (const figure of [elapsedS, cpuUs, ownBytes]) assert.ok(figure > 0);
});
