import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PublishRates } from '../admission/publish-rates.js';
import { limitsFrom, type PublishRatePolicy } from '../model/limits.js';
import { ManualClock } from '../model/manual-clock.testing.js';
import { TimerWheel } from '../model/timer-wheel.js';
import { Pace } from './pace.js';

function world(policy: PublishRatePolicy) {
  const clock = new ManualClock();
  const wheel = new TimerWheel(clock);
  const meter = new PublishRates(limitsFrom({ publishRateMax: 2 })).enter('192.0.2.1', 0);
  assert.ok(meter);
  const told: number[] = [];
  const pace = new Pace(meter, policy, wheel, () => told.push(clock.nowMs()));
  return { clock, wheel, told, pace, take: (qos: 0 | 1) => pace.take(qos, 10, clock.nowMs()) };
}

test('Pace of slow-down tells when what came too fast is paid for', () => {
  const { clock, told, pace, take } = world('slow-down');
  assert.deepEqual([take(0), take(0), pace.slowed], ['go', 'go', false]);
  assert.deepEqual([take(0), pace.slowed], ['slow', true]);
  clock.advance(400);
  assert.deepEqual(told, []);
  clock.advance(200);
  assert.deepEqual([told.length, pace.slowed], [1, false]);
});

test('Pace of drop-qos0 drops QoS 0 and slows QoS 1 down', () => {
  const { clock, pace, take } = world('drop-qos0');
  assert.deepEqual([take(0), take(0), take(0), take(0)], ['go', 'go', 'drop', 'drop']);
  assert.deepEqual([take(1), pace.slowed], ['slow', true]);
  clock.advance(1000); // what was dropped has cost nothing
  assert.deepEqual([take(0), pace.slowed], ['go', false]);
});

test('Pace of disconnect asks for it', () => {
  const { pace, take } = world('disconnect');
  assert.deepEqual([take(1), take(0), take(1)], ['go', 'go', 'disconnect']);
  assert.equal(pace.slowed, false);
});

test('Pace.close() leaves no timer', () => {
  const { wheel, told, pace, take } = world('slow-down');
  for (let step = 0; step < 3; step++) take(0);
  assert.equal(wheel.size, 1);
  pace.close();
  assert.deepEqual([wheel.size, told.length, pace.slowed], [0, 0, false]);
});
