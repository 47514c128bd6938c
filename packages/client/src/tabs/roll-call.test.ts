import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../model/manual-clock.testing.js';
import { WebLock } from '../outbox/indexeddb/web-lock.js';
import { FakeLocks } from '../outbox/indexeddb/web-storage.testing.js';
import { joinedLock, joinedTabs, REJOIN_MS, RollCall } from './roll-call.js';

function start() {
  const clock = new ManualClock();
  let completed = 0;
  const call = new RollCall(['one', 'two'], clock, () => completed++);
  return { clock, call, completed: () => completed };
}

test('RollCall is complete when all have answered, once', () => {
  const { clock, call, completed } = start();
  for (const tab of ['one', 'one', 'another']) call.answered(tab);
  assert.equal(completed(), 0);
  call.answered('two');
  call.answered('two');
  assert.deepEqual([completed(), clock.armed], [1, 0]);
});

test('RollCall is complete when the time is over, once', () => {
  const { clock, call, completed } = start();
  call.answered('one');
  clock.advance(REJOIN_MS);
  call.answered('two');
  assert.equal(completed(), 1);
});

test('RollCall.cancel() ends it', () => {
  const { clock, call, completed } = start();
  call.cancel();
  for (const tab of ['one', 'two']) call.answered(tab);
  assert.deepEqual([completed(), clock.armed], [0, 0]);
});

test('joinedTabs() knows the tabs of one connection that are there', async () => {
  const locks = new FakeLocks();
  const gone = await WebLock.acquire(locks, joinedLock('a', 'one'));
  await WebLock.acquire(locks, joinedLock('a', 'two'));
  await WebLock.acquire(locks, joinedLock('b', 'three'));
  await gone.release();
  assert.deepEqual(await joinedTabs(locks, 'a'), ['two']);
});
