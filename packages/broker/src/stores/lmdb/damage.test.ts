import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Damage, damage, inWords } from './damage.js';

test('damage() names table, key and problem', () => {
  const error = damage('messages', Buffer.of(0, 1, 255), 'its checksum is wrong');
  assert.ok(error instanceof Damage);
  assert.equal(
    error.message,
    'The record 0001ff of table messages is damaged: its checksum is wrong',
  );
});

test('inWords() names the commands that help against damage, in one line', () => {
  assert.equal(
    inWords(new Damage('Page 7 of data.mdb is damaged: it is missing'), '/data'),
    'Page 7 of data.mdb is damaged: it is missing. '
      + '"magpie store check /data" lists all damage, '
      + '"magpie store export /data --salvage" saves what can be read',
  );
});

test('inWords() says of other errors what they say', () => {
  assert.equal(inWords(new Error('the disk is full'), '/data'), 'the disk is full');
  assert.equal(inWords('text', '/data'), 'text');
});
