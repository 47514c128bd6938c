import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RateMeter } from './rate-meter.js';

const BEGAN_MS = Date.UTC(2026, 0, 31, 8, 5, 9);

function metered(json: boolean): string[] {
  const meter = new RateMeter(BEGAN_MS, json);
  for (let n = 0; n < 30; n++) meter.count(10);
  const first = meter.look(BEGAN_MS + 1500);
  meter.count(4);
  return [first, meter.look(BEGAN_MS + 2500), meter.look(BEGAN_MS + 2500)];
}

test('RateMeter says what came a second, however long the look took', () => {
  assert.deepEqual(metered(false), [
    '2026-01-31T08:05:10.500Z       20 messages/s       200 bytes/s  30 so far',
    '2026-01-31T08:05:11.500Z        1 messages/s         4 bytes/s  31 so far',
    '2026-01-31T08:05:11.500Z        0 messages/s         0 bytes/s  31 so far',
  ]);
});

test('RateMeter says the same as JSON', () => {
  assert.deepEqual(JSON.parse(metered(true)[0]!), {
    time: '2026-01-31T08:05:10.500Z',
    messagesPerSecond: 20,
    bytesPerSecond: 200,
    messages: 30,
  });
});
