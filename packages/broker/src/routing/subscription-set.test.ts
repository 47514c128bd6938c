import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { QoS } from '@magpie/protocol';
import fc from 'fast-check';
import { RecordingSubscriber } from './recording-subscriber.testing.js';
import { SubscriptionSet } from './subscription-set.js';

const SUBSCRIBERS = Array.from({ length: 60 }, (_, index) => new RecordingSubscriber(`s${index}`));

function subscriber(index: number): RecordingSubscriber {
  const found = SUBSCRIBERS[index];
  assert.ok(found);
  return found;
}

test('SubscriptionSet.put() adds a subscriber, and then replaces its QoS', () => {
  const set = new SubscriptionSet();
  assert.equal(set.put(subscriber(0), 1), true);
  assert.equal(set.put(subscriber(1), 2), true);
  assert.equal(set.put(subscriber(0), 0), false);
  assert.equal(set.size, 2);
  assert.deepEqual(set.list, [
    { subscriber: subscriber(0), qos: 0 },
    { subscriber: subscriber(1), qos: 2 },
  ]);
});

test('SubscriptionSet.remove() tells whether the subscriber was there', () => {
  const set = new SubscriptionSet();
  assert.equal(set.remove(subscriber(0)), false);
  set.put(subscriber(0), 1);
  assert.equal(set.remove(subscriber(1)), false);
  assert.equal(set.remove(subscriber(0)), true);
  assert.equal(set.remove(subscriber(0)), false);
  assert.equal(set.size, 0);
});

test('SubscriptionSet.put() leaves what was handed out before as it was', () => {
  const set = new SubscriptionSet();
  set.put(subscriber(0), 1);
  const [before] = set.list;
  set.put(subscriber(0), 2);
  assert.equal(before?.qos, 1);
});

/** Up to 60 subscribers: the index that comes with the 17th must agree with the list. */
test('SubscriptionSet is the same as a map, small or large', () => {
  const index = fc.nat(SUBSCRIBERS.length - 1);
  const qos = fc.constantFrom<QoS>(0, 1, 2);
  const step = fc.oneof(
    { weight: 2, arbitrary: fc.record({ type: fc.constant('put' as const), index, qos }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('remove' as const), index, qos }) },
  );
  fc.assert(
    fc.property(fc.nat(40), fc.array(step, { maxLength: 120, size: 'max' }), (filled, steps) => {
      const set = new SubscriptionSet();
      const model = new Map<RecordingSubscriber, QoS>();
      for (let at = 0; at < filled; at++) {
        set.put(subscriber(at), 1);
        model.set(subscriber(at), 1);
      }
      for (const { type, index: which, qos: granted } of steps) {
        const one = subscriber(which);
        if (type === 'put') {
          assert.equal(set.put(one, granted), !model.has(one));
          model.set(one, granted);
        } else {
          assert.equal(set.remove(one), model.delete(one));
        }
        assert.equal(set.size, model.size);
        assert.deepEqual(new Map(set.list.map((entry) => [entry.subscriber, entry.qos])), model);
      }
    }),
  );
});
