import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecordingLink, publication } from './small-link.testing.js';
import { SmallWriter } from './small-writer.js';

test('SmallWriter writes what a server reads', () => {
  const link = new RecordingLink();
  const writer = new SmallWriter(link);
  writer.publish(publication('喜鹊', 0), 0, false);
  writer.publish({ ...publication('x', 1), retain: true }, 300, true);
  writer.acknowledge(65_535);
  writer.send({ type: 'subscribe', packetId: 2, subscriptions: [{ filter: 'a/+', qos: 1 }] });
  writer.send({ type: 'pingreq' });
  assert.deepEqual(link.take(), [
    'publish 0 t=喜鹊',
    'publish 1 t=x id 300 dup retain',
    'puback 65535',
    'subscribe 2 a/+@1',
    'pingreq',
  ]);
});

test('SmallWriter is as congested as its link', () => {
  const link = new RecordingLink();
  link.congested = true;
  assert.equal(new SmallWriter(link).congested, true);
});
