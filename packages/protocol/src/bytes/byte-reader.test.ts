import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFault } from '../packets/packet-cases.testing.js';
import { TopicTable } from '../topics/topic-table.js';
import { ByteReader } from './byte-reader.js';
import { hex, toHex } from './hex.testing.js';

function readerOf(text: string, topics?: TopicTable): ByteReader {
  const bytes = hex(text);
  const reader = new ByteReader(topics);
  reader.reset(bytes, 0, bytes.length);
  return reader;
}

test('ByteReader reads front to back', () => {
  const reader = readerOf("07 ffee 0002 'hi' 0001 'p' 0003 'a/b' 0102 03");
  assert.equal(reader.uint8('First'), 7);
  assert.equal(reader.uint16('Second'), 0xffee);
  assert.equal(reader.utf8('Third'), 'hi');
  assert.equal(toHex(reader.binary('Fourth')), '70');
  assert.equal(reader.topicName('Fifth'), 'a/b');
  assert.equal(toHex(reader.bytes(2, 'Sixth')), '01 02');
  assert.deepEqual([reader.position, reader.remaining, reader.end], [17, 1, 18]);
  reader.skipRest();
  assert.equal(reader.remaining, 0);
  reader.finish();
});

test('ByteReader stays within the region it is aimed at', () => {
  const reader = new ByteReader();
  const bytes = hex('00 01 02 03 04');
  reader.reset(bytes, 1, 3);
  assert.equal(reader.source, bytes);
  assert.equal(reader.uint16('Both'), 0x0102);
  assert.throws(() => reader.uint8('Third'), isFault('MALFORMED_PACKET'));
  reader.reset(bytes, 4, 5);
  assert.equal(reader.uint8('Last'), 4);
});

test('ByteReader names the field that is cut', () => {
  const message = 'Client identifier needs 3 bytes: 2 are left';
  assert.throws(() => readerOf("0003 'ab'").utf8('Client identifier'), { message });
});

const cut: readonly [what: string, bytes: string, read: (reader: ByteReader) => unknown][] = [
  ['uint8', '', (reader) => reader.uint8('It')],
  ['uint16', '00', (reader) => reader.uint16('It')],
  ['utf8 length', '00', (reader) => reader.utf8('It')],
  ['utf8', "0002 'a'", (reader) => reader.utf8('It')],
  ['topicName', "0002 'a'", (reader) => reader.topicName('It')],
  ['binary', '0001', (reader) => reader.binary('It')],
  ['bytes', '0001', (reader) => reader.bytes(3, 'It')],
];
for (const [what, bytes, read] of cut) {
  test(`ByteReader refuses a field that ends too early: ${what}`, () => {
    assert.throws(() => read(readerOf(bytes)), isFault('MALFORMED_PACKET'));
  });
}

test('ByteReader.bytes() and binary() are views', () => {
  const bytes = hex('0001 41 42');
  const reader = new ByteReader();
  reader.reset(bytes, 0, bytes.length);
  assert.equal(reader.binary('First').buffer, bytes.buffer);
  assert.equal(reader.bytes(1, 'Second').buffer, bytes.buffer);
});

test('ByteReader.utf8() takes an empty string, topicName() does not', () => {
  assert.equal(readerOf('0000').utf8('It'), '');
  const empty = isFault('TOPIC_NAME_INVALID', 'MQTT-4.7.3-1');
  assert.throws(() => readerOf('0000').topicName('It'), empty);
  const table = new TopicTable({ entriesMax: 1, bytesMax: 10 });
  assert.throws(() => readerOf('0000', table).topicName('It'), empty);
});

test('ByteReader.topicName() refuses wildcards, utf8() does not', () => {
  assert.equal(readerOf("0001 '#'").utf8('It'), '#');
  const wildcard = isFault('TOPIC_NAME_INVALID', 'MQTT-3.3.2-2');
  assert.throws(() => readerOf("0001 '#'").topicName('It'), wildcard);
});

test('ByteReader.topicName() looks into its table', () => {
  const table = new TopicTable({ entriesMax: 1, bytesMax: 10 });
  for (const round of [1, 2]) {
    assert.equal(readerOf("0003 'a/b'", table).topicName('It'), 'a/b', `round ${round}`);
  }
  assert.equal(table.entries, 1);
});

test('ByteReader.finish() refuses bytes that are left', () => {
  assert.throws(() => readerOf('00').finish(), isFault('MALFORMED_PACKET'));
});
