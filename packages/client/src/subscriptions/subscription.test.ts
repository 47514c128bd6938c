import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';
import type { QoS } from '@magpie/protocol';
import { type Codec, textCodec } from '../model/codec.js';
import type { Receipt } from '../session/receipt.js';
import { type MessageHandler, Subscription } from './subscription.js';

const settled = () =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

function make(
  handler?: MessageHandler<string>,
  codec: Codec<string> = textCodec,
  bufferMax = 100,
  handlersMax = 1,
) {
  const done: string[] = [];
  const failed: string[] = [];
  let left = 0;
  const owner = {
    done: (receipt: Receipt) => void done.push(new TextDecoder().decode(receipt.payload)),
    dropped: (receipt: Receipt) => owner.done(receipt),
    failed: (error: unknown) => void failed.push(String(error)),
    nowMs: 0,
    left: () => {
      left++;
      return Promise.resolve();
    },
  };
  const options = { codec, bufferMax, handlersMax };
  const subscription = new Subscription<string>('f', options, handler, owner);
  const push = (text: string, qos: QoS = 1) => {
    const payload = new TextEncoder().encode(text);
    const flags = { retain: false, dup: false, packetId: 1, connection: 1 };
    subscription.push({ topic: 't', payload, qos, ...flags, holders: 0, consumed: false });
  };
  return { subscription, push, done, failed, left: () => left };
}

test('Subscription is done with a message when its loop asks for the next', async () => {
  const { subscription, push, done, left } = make();
  for (const text of ['1', '2', '3']) push(text);
  const got: string[] = [];
  for await (const message of subscription) {
    got.push(`${message.payload} done ${done.join('')}`);
    if (got.length === 3) break;
  }
  assert.deepEqual(got, ['1 done ', '2 done 1', '3 done 12']);
  assert.deepEqual(done, ['1', '2', '3']);
  assert.equal(left(), 1);
  assert.equal((await subscription.next()).done, true);
});

test('Subscription lets a loop wait', async () => {
  const { subscription, push } = make();
  const next = subscription.next();
  push('late');
  assert.equal((await next).value?.payload, 'late');
});

test('Subscription calls a handler with one message at a time', async () => {
  const finish: (() => void)[] = [];
  const begun: string[] = [];
  const { push, done } = make((message) => {
    begun.push(message.payload);
    return new Promise((resolve) => {
      finish.push(resolve);
    });
  });
  push('1');
  push('2');
  assert.deepEqual(begun, ['1']);
  finish[0]?.();
  await settled();
  assert.deepEqual([begun, done], [['1', '2'], ['1']]);
});

test('Subscription calls a handler with as many messages as handlersMax allows', async () => {
  const finish: (() => void)[] = [];
  const begun: string[] = [];
  const { subscription, push, done } = make(
    (message) => {
      begun.push(message.payload);
      return new Promise((resolve) => {
        finish.push(resolve);
      });
    },
    textCodec,
    100,
    2,
  );
  for (const text of ['1', '2', '3', '4', '5']) push(text);
  assert.deepEqual(begun, ['1', '2']);
  finish[1]?.();
  await settled();
  assert.deepEqual([begun, done], [['1', '2', '3'], ['2']]);
  await subscription.unsubscribe();
  assert.deepEqual(done, ['2', '1', '3', '4', '5']);
  finish[0]?.();
  await settled();
  assert.deepEqual([begun.length, done.length], [3, 5]);
});

const broken = [
  { name: 'throws', handler: () => assert.fail('broken') },
  { name: 'rejects', handler: () => Promise.reject(new Error('broken')) },
];
for (const { name, handler } of broken) {
  test(`Subscription tells of a handler that ${name}, and goes on`, async () => {
    const { push, done, failed } = make(handler);
    push('1');
    push('2');
    await settled();
    assert.deepEqual([done, failed.length], [['1', '2'], 2]);
  });
}

test('Subscription passes over what its codec cannot read', async () => {
  const codec: Codec<string> = {
    encode: textCodec.encode,
    decode: (bytes) => (bytes[0] === 0x78 ? assert.fail('x') : textCodec.decode(bytes)),
  };
  const { subscription, push, done, failed } = make(undefined, codec);
  push('x');
  push('1');
  assert.equal((await subscription.next()).value?.payload, '1');
  assert.deepEqual([done, failed.length], [['x'], 1]);
});

test('Subscription drops QoS 0 above bufferMax and keeps QoS 1', () => {
  const { subscription, push, done } = make(undefined, textCodec, 1);
  push('1', 0);
  push('2', 0);
  push('3', 1);
  assert.deepEqual([subscription.dropped, subscription.buffered, done], [1, 2, ['2']]);
});

test('Subscription.end() tells the loop its error after what was received', async () => {
  const { subscription, push } = make();
  push('1');
  subscription.end(new Error('over'));
  await assert.rejects(subscription.ready, /over/);
  assert.equal((await subscription.next()).value?.payload, '1');
  await assert.rejects(subscription.next(), /over/);
  assert.equal((await subscription.next()).done, true);
});

test('Subscription.ready tells what was granted', async () => {
  const { subscription } = make();
  subscription.granted(1);
  assert.equal(await subscription.ready, 1);
});

test('Subscription with a handler has no loop', async () => {
  const { subscription } = make(() => {});
  await assert.rejects(subscription.next(), TypeError);
});

test('Subscription is let go at the end of its block', async () => {
  const { subscription, left } = make();
  {
    await using held = subscription;
    assert.equal(held.filter, 'f');
  }
  assert.equal(left(), 1);
});

test('Subscription ends with its signal, and lets go of it when it ends before', async () => {
  const owner = { nowMs: 0, done() {}, dropped() {}, failed() {}, left: () => Promise.resolve() };
  const aborting = new AbortController();
  const { signal } = aborting;
  const first = new Subscription('f', { signal }, undefined, owner);
  const second = new Subscription('f', { signal }, undefined, owner);
  assert.equal(getEventListeners(signal, 'abort').length, 2);
  await first.unsubscribe();
  assert.equal(getEventListeners(signal, 'abort').length, 1);
  aborting.abort();
  assert.equal((await second.next()).done, true);
});

test('Subscription asks its filter for duplicates, with the time, and counts them', () => {
  const asked: string[] = [];
  const deduplicate = {
    isDuplicate: ({ topic }: Receipt, nowMs: number) => asked.push(`asked ${topic} ${nowMs}`) > 2,
    settle: ({ topic }: Receipt, nowMs: number) => void asked.push(`settled ${topic} ${nowMs}`),
    sessionLost: () => void asked.push('session lost'),
  };
  const done: string[] = [];
  const owner = {
    nowMs: 5,
    done: ({ topic }: Receipt) => void done.push(topic),
    dropped() {},
    failed() {},
    left: () => Promise.resolve(),
  };
  const subscription = new Subscription('f', { deduplicate }, () => {}, owner);
  for (const topic of ['a', 'b']) {
    subscription.push({ topic, payload: new Uint8Array(0), holders: 0 } as Receipt);
  }
  subscription.sessionLost();
  assert.deepEqual(asked, ['asked a 5', 'settled a 5', 'asked b 5', 'session lost']);
  assert.deepEqual([done, subscription.duplicates], [['a', 'b'], 1]);
});

test('Subscription refuses a second loop while the first waits', async () => {
  const { subscription, push } = make();
  const first = subscription.next();
  await assert.rejects(subscription.next(), { name: 'TypeError', message: /has one loop/ });
  push('1');
  assert.equal((await first).value?.payload, '1');
});

test('Subscription waits for a promise of another realm, as of a test runner', async () => {
  const Foreign = runInNewContext('Promise') as PromiseConstructor;
  const finish: (() => void)[] = [];
  const { push, done } = make(() => new Foreign<void>((resolve) => finish.push(resolve)));
  push('1');
  push('2');
  await settled();
  assert.deepEqual([finish.length, done], [1, []]);
  finish[0]?.();
  await settled();
  assert.deepEqual([finish.length, done], [2, ['1']]);
});
