import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClientError } from '../errors.js';
import { textCodec } from '../model/codec.js';
import type { HostReply, TabRequest } from './tab-messages.js';
import { RecordingPort } from './tab-world.testing.js';
import { deduplicate } from '../dedup/deduplicate.js';
import { TabSubscriptions } from './tab-subscriptions.js';

function start() {
  const errors: ClientError[] = [];
  const subscriptions = new TabSubscriptions({
    nowMs: 0,
    fail: (error) => errors.push(error),
  });
  const port = new RecordingPort<TabRequest, HostReply>();
  subscriptions.joined(port);
  return { errors, subscriptions, port };
}

const options = { qos: 1, bufferMax: 10 } as const;
const message = (id: number, text = 'x') =>
  ({
    type: 'message',
    id,
    topic: 'a/b',
    payload: textCodec.encode(text),
    qos: 1,
    retain: true,
    dup: false,
    packetId: 1,
  }) as const;

test('TabSubscriptions asks the host, and says done when the loop asks for the next', async () => {
  const { subscriptions, port } = start();
  const subscription = subscriptions.add('a/+', options, undefined, port);
  assert.deepEqual(port.take(), [
    { type: 'subscribe', id: 1, filter: 'a/+', qos: 1, bufferMax: 10 },
  ]);
  subscriptions.take({ type: 'granted', id: 1, qos: 0 }, port);
  assert.equal(await subscription.ready, 0);
  subscriptions.take(message(1), port);
  const { value } = await subscription.next();
  assert.deepEqual([value?.topic, value?.text(), value?.retain], ['a/b', 'x', true]);
  assert.deepEqual(port.take(), []);
  void subscription.next();
  assert.deepEqual(port.take(), [{ type: 'done', id: 1 }]);
});

test('TabSubscriptions asks a new host, and says done only to whom it is due', async () => {
  const { subscriptions, port } = start();
  const subscription = subscriptions.add('a/+', options, undefined, port);
  subscriptions.take(message(1), port);
  await subscription.next();
  const next = new RecordingPort<TabRequest, HostReply>();
  subscriptions.joined(next);
  assert.deepEqual(
    next.take().map(({ type }) => type),
    ['subscribe'],
  );
  void subscription.next();
  assert.deepEqual(next.take(), []);
  subscriptions.take(message(1, 'y'), next);
  void subscription.next();
  assert.deepEqual(next.take(), [{ type: 'done', id: 1 }]);
});

test('TabSubscriptions ends what the host refuses', async () => {
  const { subscriptions, port } = start();
  const subscription = subscriptions.add('a/+', options, undefined, port);
  const error = { code: 'subscribe-refused', message: 'no: x', advice: 'x' } as const;
  subscriptions.take({ type: 'refused', id: 1, error }, port);
  await assert.rejects(subscription.ready, { code: 'subscribe-refused' });
  assert.deepEqual(subscriptions.of('a/+'), []);
});

test('TabSubscriptions waits for the host when it unsubscribes, or for the next one', async () => {
  const { subscriptions, port } = start();
  const [one, two, three] = [1, 2, 3].map(() => subscriptions.add('a', options, undefined, port));
  port.take();
  const left = one!.unsubscribe();
  assert.deepEqual(port.take(), [{ type: 'unsubscribe', id: 1 }]);
  subscriptions.take(message(1), port); // too late
  subscriptions.take({ type: 'unsubscribed', id: 1 }, port);
  await left;
  const orphan = two!.unsubscribe();
  subscriptions.joined(new RecordingPort<TabRequest, HostReply>());
  await orphan;
  const last = three!.unsubscribe();
  subscriptions.end(undefined);
  await last;
});

test('TabSubscriptions tells what went by, and what a handler throws', async () => {
  const { errors, subscriptions, port } = start();
  const handler = () => {
    throw new Error('odd');
  };
  subscriptions.add('a/b', options, handler, port);
  subscriptions.take(message(1), port);
  subscriptions.take({ type: 'dropped', id: 1, count: 3 }, port);
  assert.deepEqual(
    errors.map(({ code }) => code),
    ['handler-failed', 'handler-failed'],
  );
  assert.match(errors[1]!.message, /3 messages of a\/b went by while a handler ran: let it return/);
});

test('TabSubscriptions.end() ends loops, with the reason if there is one', async () => {
  const { subscriptions, port } = start();
  const one = subscriptions.add('a', options, undefined, port);
  const reading = one.next();
  subscriptions.end(new Error('over'));
  await assert.rejects(reading, /over/);
  const two = subscriptions.add('a', options, undefined, undefined);
  subscriptions.end(undefined);
  assert.deepEqual(await two.next(), { value: undefined, done: true });
});

test('TabSubscriptions drops what was handled, also before the host has changed', () => {
  const { subscriptions, port } = start();
  const got: string[] = [];
  const handler = ({ payload }: { payload: string }) => void got.push(payload);
  const all = { ...options, codec: textCodec, deduplicate: deduplicate() };
  const subscription = subscriptions.add('a/+', all, handler, port);
  subscriptions.take(message(1), port);
  const next = new RecordingPort<TabRequest, HostReply>();
  subscriptions.joined(next);
  next.take();
  subscriptions.take({ ...message(1), dup: true }, next);
  assert.deepEqual(
    [got, next.take(), subscription.duplicates],
    [['x'], [{ type: 'done', id: 1 }], 1],
  );
  // Another session begins its identifiers anew.
  subscriptions.sessionLost();
  subscriptions.take({ ...message(1), dup: true }, next);
  assert.deepEqual(got, ['x', 'x']);
});
