import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';
import type { QoS } from '@magpie/protocol';
import { checkSubscription, checkTopic, payloadBytes } from './check-arguments.js';

const problemOf = (topic: string) => (topic === '' ? 'it is empty' : undefined);

const refused: readonly (readonly [topic: unknown, qos: unknown, message: string])[] = [
  ['', 0, "Cannot publish to '': it is empty"],
  [undefined, 0, "Cannot publish to 'undefined': it is no text"],
  [7, 0, "Cannot publish to '7': it is no text"],
  ['a', 3, "Cannot publish to 'a' at QoS 3: it is 0, 1 or 2"],
  ['a', '1', "Cannot publish to 'a' at QoS 1: it is 0, 1 or 2"],
];
for (const [topic, qos, message] of refused) {
  test(`checkTopic() says: ${message}`, () => {
    assert.throws(() => checkTopic('publish to', topic as string, problemOf, qos as QoS), {
      name: 'TypeError',
      message,
    });
  });
}

test('checkTopic() takes what is right', () => {
  for (const qos of [0, 1, 2, undefined] as const) checkTopic('x', 'a', problemOf, qos);
});

test('checkSubscription() takes what is right', () => {
  checkSubscription('a/#', { qos: 2, bufferMax: 0, handlersMax: 1 }, undefined);
  checkSubscription('a', {}, () => {});
});

const handler = () => {};
const misfits: readonly (readonly [filter: string, options: object, handler: unknown, RegExp])[] = [
  ['a#', {}, undefined, /^TypeError: Cannot subscribe to 'a#': /],
  ['a', { qos: '1' }, undefined, /at QoS 1: it is 0, 1 or 2/],
  ['a', handler, undefined, /^TypeError: .*'a': a handler is a function, after options$/],
  ['a', {}, {}, /^TypeError: .*'a': a handler is a function, after options$/],
  ['a', { handlersMax: 0 }, handler, /^RangeError: handlersMax must be a number from 1 to /],
  ['a', { handlersMax: 'x' }, handler, /^RangeError: handlersMax must be a number .* is x$/],
  ['a', { bufferMax: -1 }, handler, /^RangeError: bufferMax must be a number from 0 to /],
];
for (const [filter, options, given, text] of misfits) {
  test(`checkSubscription() refuses what nobody would be called for: ${String(text)}`, () => {
    assert.throws(() => checkSubscription(filter, options, given), text);
  });
}

test('payloadBytes() gives bytes, also those of another frame', () => {
  const bytes = new Uint8Array([1]);
  assert.equal(payloadBytes(bytes), bytes);
  assert.deepEqual([...payloadBytes('é')], [0xc3, 0xa9]);
  const foreign = runInNewContext('new Uint8Array([7])') as Uint8Array;
  assert.equal(payloadBytes(foreign), foreign);
});

for (const payload of [{}, 5, null, true, new ArrayBuffer(1), new Uint16Array(1), [1]]) {
  test(`payloadBytes() refuses ${JSON.stringify(payload)} (${typeof payload})`, () => {
    assert.throws(() => payloadBytes(payload as never), {
      name: 'TypeError',
      message: 'A payload is text or bytes: encode it',
    });
  });
}
