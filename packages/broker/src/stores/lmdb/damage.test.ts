import assert from 'node:assert/strict';
import { test } from 'node:test';
import { damage } from './damage.js';

test('damage() names the table, the key and the fault', () => {
  const { message } = damage('messages', Uint8Array.of(0, 255), 'its checksum is wrong');
  assert.equal(message, 'The record 00ff of table messages is damaged: its checksum is wrong');
});
