import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiWorld } from '../api/api-world.testing.js';

test('metricRoutes: what /metrics tells, as JSON', async (t) => {
  const world = await ApiWorld.start(t);
  assert.deepEqual(await world.data('GET /metrics', 'viewer'), [
    { name: 'magpie_a', help: 'A', type: 'gauge', value: 1 },
  ]);
});
