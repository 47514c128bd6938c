// needs: gcc
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../random.js';
import { freshWorld } from './fresh-world.testing.js';
import { tryBusyStore, tryFirstStart } from './recorded-works.js';

/**
 * Goal: nothing is lost, and no store refused, wherever the power fails in what happens rarely.
 * Method: one recorded run, cut off behind a part of its changes; `npm run crash -- --power` takes
 * all.
 */
for (const [name, run, share] of [
  ['its first start', tryFirstStart, 0.3],
  ['a compaction or a backup', tryBusyStore, 0.02],
] as const) {
  test(`magpie broker keeps its promises whenever the power fails in ${name}`, async (t) => {
    const seed = Date.now() % 1_000_000;
    const { moments, problems } = await run(await freshWorld(t), new Random(seed), share);
    t.diagnostic(`seed ${seed}: ${moments} moments`);
    assert.deepEqual(problems, [], `seed ${seed}`);
    assert.ok(moments > 2);
  });
}

test('tryBusyStore() finds losses where nothing that is synced is on disk', async (t) => {
  const { problems } = await tryBusyStore(await freshWorld(t, false), new Random(1), 0.008);
  assert.match(problems.join('\n'), /messages of \d+ that were safe|damaged/);
});
