import assert from 'node:assert/strict';
import { test } from 'node:test';
import { message } from '../record/recordings.testing.js';
import { arrivalOf, RecordingSummary } from './recording-summary.js';

test('RecordingSummary says how much there is, of when and of what', () => {
  const summary = new RecordingSummary();
  summary.add(message({ atUs: 1_769_846_709_250_000, topic: 'a', text: '12345' }));
  summary.add(message({ atUs: 1_769_846_709_000_000, topic: 'b\u001b', qos: 1, retain: true }));
  summary.add(message({ atUs: 1_769_846_712_500_000, topic: 'b\u001b', qos: 2 }));
  assert.deepEqual(summary.lines(), [
    'messages  3 (QoS 0: 1, 1: 1, 2: 1; retained: 1)',
    'payload   9 bytes',
    'first     2026-01-31T08:05:09.000Z',
    'last      2026-01-31T08:05:12.500Z',
    'duration  3.500 s',
    'topics    2, the busiest are',
    '         2  b\\u001b',
    '         1  a',
  ]);
});

test('RecordingSummary of nothing', () => {
  assert.deepEqual(new RecordingSummary().lines(), [
    'messages  0 (QoS 0: 0, 1: 0, 2: 0; retained: 0)',
    'payload   0 bytes',
  ]);
});

test('RecordingSummary counts topics one by one up to a limit', () => {
  const summary = new RecordingSummary();
  for (let n = 0; n <= 100_000; n++) summary.add(message({ topic: String(n) }));
  assert.ok(summary.lines().includes('topics    100000 and more, the busiest are'));
});

test('arrivalOf() is what a client would hand on', () => {
  const { message: received, atMs } = arrivalOf(message({ atUs: 1500, text: 'ü', qos: 2 }));
  const { topic, qos, retain, dup, packetId } = received;
  assert.deepEqual([topic, qos, retain, dup, packetId], ['a', 2, false, false, 0]);
  assert.deepEqual([received.text(), atMs], ['ü', 1.5]);
});
