// needs: gcc
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../random.js';
import { freshWorld } from './fresh-world.testing.js';
import type { RecordedEnd } from './recorder.js';
import { tryBusyStore, tryFirstStart, tryKill } from './recorded-works.js';

/**
 * Goal: nothing is lost, and no store refused, wherever the power fails in what happens rarely.
 * Method: one recorded run, cut off behind a part of its changes; `npm run crash -- --power` takes
 * all.
 */
for (const [name, run, share] of [
  ['its first start', tryFirstStart, 0.2],
  ['a compaction or a backup', tryBusyStore, 0.012],
] as const) {
  test(`magpie broker keeps its promises whenever the power fails in ${name}`, async (t) => {
    const seed = Date.now() % 1_000_000;
    const { moments, problems } = await run(await freshWorld(t), new Random(seed), share);
    t.diagnostic(`seed ${seed}: ${moments} moments`);
    assert.deepEqual(problems, [], `seed ${seed}`);
    assert.ok(moments > 0);
  });
}

test('magpie broker loses the end alone with storage.sync: interval', async (t) => {
  const seed = Date.now() % 1_000_000;
  const random = new Random(seed);
  const { moments, problems } = await tryBusyStore(await freshWorld(t), random, 0.006, 'interval');
  assert.deepEqual(problems, [], `seed ${seed}`);
  assert.ok(moments > 0);
});

/**
 * Goal: what a process has seen that came after a killed one survives the power, and what it has
 * written.
 */
const kills: readonly (readonly [what: string, end: RecordedEnd, next: 'looks' | 'writes'])[] = [
  ['has made its directory', { after: 'entry', count: 2 }, 'writes'],
  ['has marked it as a store', { after: 'entry', count: 7 }, 'writes'],
  ['has written what its newest transaction is', { after: 'synced write', count: 20 }, 'looks'],
  ['has given the name to the smaller file', { after: 'rename', count: 2 }, 'writes'],
];
for (const [what, end, next] of kills) {
  test(`magpie broker keeps its promises when it was killed as it ${what}`, async (t) => {
    const world = await freshWorld(t);
    assert.equal(await tryKill(world, new Random(1), end, next === 'writes'), undefined);
  });
}

test('tryBusyStore() finds losses where nothing that is synced is on disk', async (t) => {
  const { problems } = await tryBusyStore(await freshWorld(t, false), new Random(1), 0.008);
  assert.match(problems.join('\n'), /messages of \d+ that were safe|damaged/);
});
