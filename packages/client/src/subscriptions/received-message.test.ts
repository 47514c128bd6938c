import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jsonCodec } from '../model/codec.js';
import type { Receipt } from '../session/receipt.js';
import { ReceivedMessage } from './received-message.js';

test('ReceivedMessage reads the payload with its codec, as text and as bytes', () => {
  const payload = new TextEncoder().encode('{"a":1}');
  const receipt = { topic: 't', payload, qos: 1, retain: true, dup: false } as Receipt;
  const message = new ReceivedMessage(receipt, jsonCodec());
  assert.deepEqual(message.payload, { a: 1 });
  assert.equal(message.text(), '{"a":1}');
  assert.equal(message.bytes, payload);
  assert.deepEqual(
    [message.topic, message.qos, message.retain, message.dup],
    ['t', 1, true, false],
  );
});
