import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BrokerEvents, type BrokerEventName } from './broker-events.js';
import { RecordingLogger } from './recording-logger.testing.js';

const names: readonly BrokerEventName[] = [
  'connected',
  'disconnected',
  'subscribed',
  'unsubscribed',
  'published',
  'delivered',
  'dropped',
  'storeFailed',
  'storeRecovered',
];

test('BrokerEvents has a channel of its own for every event', () => {
  const events = new BrokerEvents(new RecordingLogger());
  assert.deepEqual(Object.keys(events).toSorted(), names.toSorted());
  for (const name of names) {
    assert.equal(events[name].active, false);
    const off = events[name].on(() => {});
    const active = names.filter((other) => events[other].active);
    assert.deepEqual(active, [name]);
    off();
  }
});

test('BrokerEvents logs a listener that throws', () => {
  const log = new RecordingLogger();
  const events = new BrokerEvents(log);
  const error = new Error('broken');
  events.unsubscribed.on(() => {
    throw error;
  });
  events.unsubscribed.emit({ clientId: 'c', filter: 'a/b' });
  assert.equal(log.lines.length, 1);
  const [line] = log.of('listener-failed');
  assert.equal(line?.level, 'error');
  assert.equal(line.fields['err'], error);
});
