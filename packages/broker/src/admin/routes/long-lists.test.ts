import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { cpuMs, longestWithGarbage, OtherWork } from '../../model/other-work.testing.js';
import { CrowdedStore } from '../../stores/crowded-store.testing.js';
import { STEPS_AT_ONCE } from '../api/paging.js';
import { ApiWorld } from '../api/api-world.testing.js';

const CLIENTS = 100_000;

/** @param walked How many entries it has to look at. */
async function list(
  t: TestContext,
  world: ApiWorld,
  call: string,
  walked = CLIENTS,
): Promise<void> {
  const others = new OtherWork();
  const beganMs = cpuMs();
  const response = await world.ask(`GET ${call}`, 'viewer');
  const { turns, longestMs } = others.end();
  const tookMs = cpuMs() - beganMs;
  const { data, meta } = (await response.json()) as { data: unknown[]; meta: { count: number } };
  assert.deepEqual([data.length, meta.count], [1000, CLIENTS]);
  assert.ok(turns >= walked / STEPS_AT_ONCE - 1, `${turns} turns of others`);
  // Printed, not asserted: a busy machine makes it longer, whatever we do.
  const all = `${tookMs.toFixed(0)} ms in ${turns} steps`;
  t.diagnostic(`${call} of ${CLIENTS}: ${all}, the longest ${longestMs.toFixed(1)} ms`);
}

test('lists of 100,000 clients are walked in small steps, wherever the page is', async (t) => {
  const world = await ApiWorld.start(t, { store: new CrowdedStore(CLIENTS) });
  await world.ask('GET /self', 'viewer'); // as the HTTP port does when it opens
  const otherwiseMs = await longestWithGarbage();
  t.diagnostic(`No list, but garbage: the longest step ${otherwiseMs.toFixed(1)} ms`);
  await list(t, world, '/clients?limit=1000', 1000);
  await list(t, world, '/clients?limit=1000&page=50', 50_000);
  await list(t, world, '/clients?limit=1000&page=100');
  await list(t, world, '/subscriptions?limit=1000&page=100');
  await list(t, world, '/clients?limit=1000&page=100&like_clientid=client');
});
