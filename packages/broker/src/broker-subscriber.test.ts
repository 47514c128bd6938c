import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BrokerSubscriber } from './broker-subscriber.js';
import { messageOf } from './routing/recording-subscriber.testing.js';

function fail(error: unknown): void {
  throw error;
}

test('BrokerSubscriber.deliver() hands the message to the function', () => {
  const got: unknown[] = [];
  const subscriber = new BrokerSubscriber((message) => got.push(message), fail);
  const message = messageOf('t');
  subscriber.deliver(message, 0);
  assert.deepEqual(got, [message]);
});

test('BrokerSubscriber.deliver() reports what the function throws, and goes on', () => {
  const error = new Error('broken');
  const reported: unknown[] = [];
  const subscriber = new BrokerSubscriber(
    () => {
      throw error;
    },
    (one) => reported.push(one),
  );
  subscriber.deliver(messageOf('t'), 0);
  assert.deepEqual(reported, [error]);
});

test('BrokerSubscriber takes every message at any time', () => {
  const subscriber = new BrokerSubscriber(() => {}, fail);
  for (const qos of [0, 1, 2] as const) assert.equal(subscriber.accepts(qos), true);
  assert.equal(subscriber.refuses('t'), false);
});
