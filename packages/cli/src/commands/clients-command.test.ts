import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AdminWorld } from '../admin/admin-world.testing.js';

test('magpie clients lists who is connected, as a table or as JSON', async (t) => {
  const world = await AdminWorld.start(t);
  for (const name of ['pump-1', 'pump-2', 'lamp']) await world.connect(name);
  const { code, out, err } = await world.run(['clients', '--like', 'pump']);
  assert.deepEqual([code, err], [0, []]);
  assert.match(
    out[0] ?? '',
    /^CLIENT {2}USER {2}SINCE +ADDRESS +SESSION {2}SUBS {2}QUEUED {2}INFL/,
  );
  assert.match(out[1] ?? '', /^pump-1 {2}- +\d{4}-.*Z {2}127\.0\.0\.1 {2}clean +0 +0 +0$/);
  assert.equal(out.length, 3);
  const json = await world.run(['clients', '--json']);
  assert.deepEqual(
    json.out.map((line) => (JSON.parse(line) as { clientid: string }).clientid),
    ['pump-1', 'pump-2', 'lamp'],
  );
});

test('magpie clients says how many it does not show', async (t) => {
  const world = await AdminWorld.start(t);
  for (const name of ['a', 'b', 'c']) await world.connect(name);
  const { out, err } = await world.run(['clients', '--limit', '2']);
  assert.equal(out.length, 3);
  assert.deepEqual(err, ['2 of 3 are shown: see --limit']);
  assert.deepEqual((await world.run(['clients', '--limit', '0'])).err, []);
});
