import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../model/manual-clock.testing.js';
import type { Session } from '../sessions/session.js';
import { PipelineWorld } from './pipeline-world.testing.js';
import { slowestOf } from './slow-subscribers.js';

test('slowestOf() ranks the clients that are slow, the slowest first', async () => {
  const world = new PipelineWorld();
  const publisher = world.client('p');
  for (const number of [3, 1, 4, 2, 5]) {
    world.client(`c${number}`, { filters: [`t/${number}`] });
    world.client(`idle${number}`);
  }
  for (const number of [5, 4, 3, 2, 1]) {
    world.receive(publisher, `t/${number}`, 'm', { qos: 1 });
    world.clock.advance(100);
  }
  const ranked = async (count: number) => {
    const slowest = await slowestOf(world.registry.all(), count, world.clock);
    return slowest.map(({ clientId, delayMs, of }) => `${clientId} ${delayMs} ${of}`);
  };
  assert.deepEqual(await ranked(3), [
    'c5 500 acknowledgement',
    'c4 400 acknowledgement',
    'c3 300 acknowledgement',
  ]);
  assert.equal((await ranked(100)).length, 5);
  assert.deepEqual(await ranked(1), ['c5 500 acknowledgement']);
});

test('slowestOf() lets others have their turn while it looks', async () => {
  const world = new PipelineWorld();
  const { session } = world.client('c', { filters: ['t'] });
  world.receive(world.client('p'), 't', 'm', { qos: 1 });
  world.clock.advance(10);
  let looked = 0;
  function* many(): Generator<Session> {
    for (; looked < 10_000; looked++) yield session;
  }
  const clock = new ManualClock({ nowMs: world.clock.nowMs() });
  const ranking = slowestOf(many(), 2, clock);
  for (let slice = 1; slice <= 10; slice++) {
    assert.equal(looked, slice * 1000 - 1);
    clock.endTurn();
    await new Promise(setImmediate);
  }
  assert.equal((await ranking).length, 2);
});
