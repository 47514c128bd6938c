import assert from 'node:assert/strict';
import { link, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { directoryBytes, RECLAIM_LOAD, reclaimReport } from './reclaim.js';

test('RECLAIM_LOAD is 1 GiB of payloads', () => {
  const { sessions, messages, payload } = RECLAIM_LOAD;
  assert.ok(sessions * messages * payload >= 2 ** 30);
});

test('directoryBytes() adds up all files, each once', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'magpie-bench-'));
  t.after(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, 'compacting'));
  await writeFile(join(folder, 'data.mdb'), new Uint8Array(1000));
  await writeFile(join(folder, 'compacting', 'data.mdb'), new Uint8Array(20));
  await link(join(folder, 'data.mdb'), join(folder, 'compacting', 'old.mdb'));
  assert.equal(await directoryBytes(folder), 1020);
  assert.equal(await directoryBytes(join(folder, 'nothing')), 0);
});

test('reclaimReport() shows sizes in MiB and times', () => {
  const lines = reclaimReport({
    payloadBytes: 2 ** 30,
    peakBytes: 3 * 2 ** 29,
    drainedBytes: 2 ** 30,
    reclaimedBytes: 2 ** 20,
    reclaimS: 12.34,
    slowestAckMs: 5.67,
  });
  assert.match(lines.join('\n'), /^data directory, at most +1536\.0 MiB$/m);
  assert.match(lines.join('\n'), /^until it was below 200\.0 MiB +12\.3 s$/m);
  assert.match(lines.join('\n'), /^slowest PUBACK in that time +5\.7 ms$/m);
});
