import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { QoS } from '@magpie/protocol';
import fc from 'fast-check';
import { Message } from '../../model/message.js';
import { BatchReader } from './batch-reader.js';
import { RecordReader } from './record-reader.js';
import {
  readMessage,
  readProgress,
  readSubscription,
  writeMessage,
  writeProgress,
  writeSubscription,
} from './records.js';
import { WriteBatch } from './write-batch.js';

/** The value that `write` writes. */
function valueOf(write: (out: WriteBatch) => void): Uint8Array {
  const batch = new WriteBatch();
  batch.beginPut('meta');
  batch.uint8(1);
  batch.beginValue();
  write(batch);
  batch.end();
  const { bytes, end } = batch.take();
  const reader = new BatchReader(bytes, end);
  reader.next();
  return reader.value;
}

const anyQoS = fc.constantFrom<QoS>(0, 1, 2);
const anyInt = fc.integer({ min: 0, max: 2 ** 50 });

test('readMessage() gives what writeMessage() wrote', () => {
  const recipient = fc.record(
    {
      session: anyInt,
      sequence: anyInt,
      qos: fc.constantFrom<1 | 2>(1, 2),
      retained: fc.boolean(),
    },
    { noNullPrototype: true },
  );
  const fields = fc.record(
    {
      topic: fc.string({ unit: 'grapheme' }),
      publisher: fc.string({ unit: 'grapheme' }),
      payload: fc.uint8Array(),
      qos: anyQoS,
      retain: fc.boolean(),
    },
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(fields, fc.array(recipient), (given, recipients) => {
      const value = valueOf((out) => writeMessage(out, Message.of(given), recipients));
      const read = readMessage(new RecordReader().reset(value));
      assert.deepEqual(read.recipients, recipients);
      const { topic, publisher, qos, retain, payload } = read.message;
      assert.deepEqual(
        { topic, publisher, qos, retain, payload: [...payload] },
        { ...given, payload: [...given.payload] },
      );
    }),
  );
});

test('readProgress() gives what writeProgress() wrote', () => {
  const edges = fc.uniqueArray(fc.nat(1000)).map((all) => all.toSorted((one, two) => one - two));
  fc.assert(
    fc.property(anyInt, fc.nat(1000), edges, (nextSequence, cursor, all) => {
      const gaps = all.slice(0, all.length - (all.length % 2)).map((edge) => edge + cursor);
      const progress = { nextSequence, cursor, gaps };
      const value = valueOf((out) => writeProgress(out, progress));
      assert.deepEqual(readProgress(new RecordReader().reset(value)), progress);
    }),
  );
});

test('readSubscription() gives what writeSubscription() wrote', () => {
  for (const qos of [0, 1, 2] as const) {
    const value = valueOf((out) => writeSubscription(out, '$share/g/é/#', qos));
    const read = readSubscription(new RecordReader().reset(value));
    assert.deepEqual(read, { filter: '$share/g/é/#', qos });
  }
});

test('readMessage() refuses a record that is cut anywhere but in the payload', () => {
  const recipients = [{ session: 300, sequence: 5, qos: 1, retained: false }] as const;
  const message = Message.of({ topic: 'a/b', payload: Buffer.of(1), qos: 1, retain: true });
  const value = valueOf((out) => writeMessage(out, message, recipients));
  for (let end = 0; end < value.length - 1; end++) {
    assert.throws(() => readMessage(new RecordReader().reset(value, 0, end)), RangeError);
  }
});

const flags: readonly (readonly [what: string, read: () => unknown])[] = [
  ['QoS 3', () => readSubscription(new RecordReader().reset(Buffer.of(3, 1, 0x61)))],
  ['unknown flags', () => readMessage(new RecordReader().reset(Buffer.of(8, 0, 0, 0)))],
  [
    'a recipient with QoS 0',
    () => readMessage(new RecordReader().reset(Buffer.of(1, 0, 0, 1, 1, 1, 0))),
  ],
  ['bytes behind a filter', () => readSubscription(new RecordReader().reset(Buffer.of(1, 0, 9)))],
];
for (const [what, read] of flags) {
  test(`records with ${what} are refused`, () => {
    assert.throws(read, RangeError);
  });
}
