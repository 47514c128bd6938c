import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SightWorld } from './sight-world.js';

const TURNS = 3;
const LOAD = { pairs: 2, window: 5, payload: 8 };
const DELIVERIES = TURNS * 10;

test('SightWorld switches off what it says, and all of it on again', async () => {
  await using world = await SightWorld.open(LOAD);
  const { broker } = world;
  const sizeMax = broker.limits.journalSizeMax;
  const seen = async (sight: Parameters<SightWorld['measure']>[0]) => {
    const counted = broker.counters.messagesReceived;
    assert.ok((await world.measure(sight, 0, TURNS)) > 0);
    return {
      counted: broker.counters.messagesReceived - counted,
      journal: broker.limits.journalSizeMax,
      traces: broker.gauges().traces,
    };
  };
  const all = { counted: DELIVERIES, journal: sizeMax, traces: 0 };
  assert.deepEqual(await seen('magpie'), all);
  assert.deepEqual(await seen('trace'), { ...all, traces: 1 });
  assert.deepEqual(await seen('no-sight'), { counted: 0, journal: 0, traces: 0 });
  assert.deepEqual(await seen('no-journal'), { ...all, journal: 0 });
  assert.deepEqual(await seen('again'), all);
});

test('SightWorld counts nothing of its warm-up as measured', async () => {
  await using world = await SightWorld.open(LOAD);
  await world.measure('magpie', 4, TURNS);
  assert.equal(world.broker.counters.messagesReceived, 40 + DELIVERIES);
});
