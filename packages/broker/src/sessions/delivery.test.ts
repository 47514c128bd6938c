import assert from 'node:assert/strict';
import { test } from 'node:test';
import { messageOf } from '../routing/recording-subscriber.testing.js';
import { Delivery } from './delivery.js';

test('Delivery shares its message and has the rest of its own', () => {
  const message = messageOf('a/b', 'hello', { qos: 2 });
  const [one, other] = [new Delivery(message, 1, true, 7), new Delivery(message, 0, false, -1)];
  assert.equal(one.message, other.message);
  assert.deepEqual([one.qos, one.retained, one.sequence], [1, true, 7]);
  assert.deepEqual([other.qos, other.retained, other.sequence], [0, false, -1]);
});

test('Delivery.bytes is what its message counts', () => {
  const message = messageOf('a/b', 'hello');
  assert.equal(new Delivery(message, 1, false, 0).bytes, message.bytes);
});
