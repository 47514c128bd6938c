import assert from 'node:assert/strict';
import { test } from 'node:test';
import { damage } from './damage.js';

test('damage() names record, table and problem', () => {
  const { message } = damage('messages', Buffer.from('xab').subarray(1), 'its checksum is wrong');
  assert.equal(message, 'The record 6162 of table messages is damaged: its checksum is wrong');
});
