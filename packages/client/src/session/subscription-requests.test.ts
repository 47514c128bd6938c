import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { QoS } from '@magpie/protocol';
import { RecordingSink } from './recording-sink.testing.js';
import { SubscriptionRequests } from './subscription-requests.js';

function make() {
  let next = 0;
  const given = new Set<number>();
  const refused: string[] = [];
  const ids = {
    reserveId: () => {
      given.add(++next);
      return next;
    },
    giveBack: (packetId: number) => void given.delete(packetId),
  };
  const requests = new SubscriptionRequests(ids, {
    push: ({ error }) => void refused.push(error.filter),
  });
  const told: string[] = [];
  const tell = (name: string) => (granted: QoS) => void told.push(`${name} ${granted}`);
  return { requests, sink: new RecordingSink(), told, tell, given, refused };
}

test('SubscriptionRequests asks when there is a connection, and tells the answer', () => {
  const { requests, sink, told, tell, given, refused } = make();
  requests.subscribe('a', 1, tell('a'), 0);
  requests.subscribe('b', 0, tell('b'), 0);
  requests.connected(sink, false, 5);
  assert.deepEqual(sink.take(), ['subscribe 1 a@1 b@0']);
  assert.equal(requests.oldestMs, 5);
  assert.equal(requests.subscribed(1, [1, 0x80]), true);
  assert.deepEqual([told, refused], [['a 1'], ['b']]);
  assert.equal(given.size, 0);
  assert.equal(requests.oldestMs, undefined);
});

test('SubscriptionRequests asks again only for more', () => {
  const { requests, sink, told, tell } = make();
  requests.connected(sink, false, 0);
  requests.subscribe('a', 1, tell('first'), 0);
  requests.subscribed(1, [1]);
  requests.subscribe('a', 0, tell('less'), 0);
  assert.deepEqual(sink.take(), ['subscribe 1 a@1']);
  requests.subscribe('a', 2, tell('more'), 0);
  assert.deepEqual(sink.take(), ['subscribe 2 a@2']);
  requests.subscribed(2, [2]);
  assert.deepEqual(told, ['first 1', 'less 1', 'more 2']);
});

test('SubscriptionRequests lets the last of two SUBSCRIBE for a filter count', () => {
  const { requests, sink, told, tell } = make();
  requests.connected(sink, false, 0);
  requests.subscribe('a', 0, tell('first'), 0);
  requests.subscribe('a', 2, tell('second'), 0);
  requests.subscribed(1, [0]);
  assert.deepEqual(told, []);
  requests.subscribed(2, [2]);
  assert.deepEqual(told, ['first 2', 'second 2']);
});

test('SubscriptionRequests splits what would be a large packet', () => {
  const { requests, sink, tell } = make();
  for (let filter = 0; filter < 65; filter++) requests.subscribe(`f/${filter}`, 0, tell(''), 0);
  requests.connected(sink, false, 0);
  assert.equal(sink.take().length, 2);
});

test('SubscriptionRequests unsubscribes after a reconnect what was let go meanwhile', () => {
  const { requests, sink, told, tell } = make();
  requests.connected(sink, false, 0);
  for (const [packetId, filter] of [
    [1, 'a'],
    [2, 'b'],
  ] as const) {
    requests.subscribe(filter, 0, tell(filter), 0);
    requests.subscribed(packetId, [0]);
  }
  requests.unsubscribe('a', tell('no a'), 0); // under way when the connection is lost
  requests.disconnected();
  requests.unsubscribe('b', tell('no b'), 0);
  sink.take();
  requests.connected(sink, true, 0);
  assert.deepEqual(sink.take(), ['unsubscribe 4 a b']);
  assert.equal(requests.unsubscribed(4), true);
  assert.deepEqual(told, ['a 0', 'b 0', 'no a 0', 'no b 0']);
  requests.unsubscribe('c', tell('no c'), 0);
  requests.disconnected();
  requests.connected(sink, false, 0);
  assert.deepEqual(told.at(-1), 'no c 0'); // a server without the session has none of them
});

test('SubscriptionRequests keeps what is wanted again while it is let go', () => {
  const { requests, sink, told, tell } = make();
  requests.connected(sink, true, 0);
  requests.unsubscribe('a', tell('no a'), 0);
  requests.subscribe('a', 1, tell('a'), 0);
  requests.disconnected(); // neither was answered
  sink.take();
  requests.connected(sink, true, 0);
  assert.deepEqual(sink.take(), ['subscribe 3 a@1']);
  assert.equal(requests.subscribed(3, [1]), true);
  assert.deepEqual(told, ['no a 0', 'a 1']);
});

test('SubscriptionRequests tells everybody who lets the same filter go', () => {
  const { requests, sink, told, tell } = make();
  requests.connected(sink, true, 0);
  requests.unsubscribe('a', tell('first'), 0);
  requests.unsubscribe('a', tell('second'), 0);
  requests.disconnected();
  requests.connected(sink, false, 0);
  assert.deepEqual(told, ['first 0', 'second 0']);
});

test('SubscriptionRequests unsubscribes from what the session has of an earlier process', () => {
  const { requests, sink, told, tell } = make();
  requests.unsubscribe('a', tell('first'), 0);
  requests.unsubscribe('a', tell('second'), 0);
  requests.connected(sink, true, 0);
  assert.deepEqual(sink.take(), ['unsubscribe 1 a']);
  requests.unsubscribe('b', tell('third'), 0);
  assert.deepEqual(sink.take(), ['unsubscribe 2 b']);
  requests.unsubscribed(1);
  requests.unsubscribed(2);
  assert.deepEqual(told, ['first 0', 'second 0', 'third 0']);
});

test('SubscriptionRequests refuses answers to nothing, or of another length', () => {
  const { requests, sink, tell } = make();
  requests.connected(sink, false, 0);
  requests.subscribe('a', 0, tell('a'), 0);
  assert.equal(requests.subscribed(9, [0]), false);
  assert.equal(requests.unsubscribed(1), false);
  requests.subscribe('b', 0, tell('b'), 0);
  assert.equal(requests.subscribed(2, [0, 0]), false);
});

test('SubscriptionRequests.abandon() tells who lets something go', () => {
  const { requests, sink, told, tell } = make();
  requests.connected(sink, false, 0);
  requests.subscribe('a', 0, tell('a'), 0);
  requests.subscribed(1, [0]);
  requests.subscribe('b', 0, tell('b'), 0);
  requests.unsubscribe('a', tell('no a'), 0);
  requests.abandon();
  assert.deepEqual(told, ['a 0', 'no a 0']);
});
