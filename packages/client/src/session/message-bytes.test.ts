import assert from 'node:assert/strict';
import { test } from 'node:test';
import { messageBytes } from './message-bytes.js';

test('messageBytes() counts topic and payload', () => {
  assert.equal(messageBytes({ topic: 'a/b', payload: new Uint8Array(7) }), 10);
  assert.equal(messageBytes({ topic: '', payload: new Uint8Array(0) }), 0);
});
