import assert from 'node:assert/strict';
import { test } from 'node:test';
import { messageToPublish, type PublishOptions } from './message-to-publish.js';

test('messageToPublish: a text is UTF-8, and QoS 0 and no retain are the defaults', () => {
  const message = messageToPublish({ topic: 'a/b', payload: 'ä' });
  assert.equal(message.topic, 'a/b');
  assert.deepEqual([...message.payload], [0xc3, 0xa4]);
  assert.equal(message.qos, 0);
  assert.equal(message.retain, false);
});

test('messageToPublish copies bytes: the program may use its array again', () => {
  const payload = new Uint8Array([1, 2]);
  const message = messageToPublish({ topic: 'a', payload, qos: 2, retain: true });
  payload.fill(0);
  assert.deepEqual([...message.payload], [1, 2]);
  assert.equal(message.qos, 2);
  assert.equal(message.retain, true);
});

const wrong: readonly (readonly [fields: object, message: RegExp])[] = [
  [{}, /^Cannot publish to 'undefined': it is no text$/],
  [{ topic: 7 }, /^Cannot publish to '7': it is no text$/],
  [{ topic: '' }, /^Cannot publish to '': /],
  [{ topic: 'a/+' }, /^Cannot publish to 'a\/\+': /],
  [{ topic: 'a', qos: 3 }, /^Cannot publish at QoS 3: it is 0, 1 or 2$/],
  [{ topic: 'a', qos: '1' }, /^Cannot publish at QoS 1: it is 0, 1 or 2$/],
  [{ topic: 'a', payload: 5 }, /^Cannot publish a payload that is number: text or bytes$/],
];

for (const [fields, message] of wrong) {
  test(`messageToPublish refuses ${JSON.stringify(fields)}`, () => {
    assert.throws(() => messageToPublish(fields as PublishOptions), { name: 'TypeError', message });
  });
}
