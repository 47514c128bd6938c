import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { QoS } from '@magpie/protocol';
import { Message } from '../../model/message.js';
import { BatchReader } from './batch-reader.js';
import { RecordReader } from './record-reader.js';
import {
  isNumbered,
  readMessage,
  readMessageHead,
  readProgress,
  readReplay,
  readRetained,
  readSession,
  readSubscription,
  readTime,
  readWill,
  writeMessage,
  writeProgress,
  writeReplay,
  writeRetained,
  writeSession,
  writeSubscription,
  writeTime,
  writeWill,
} from './records.js';
import { WriteBatch } from './write-batch.js';

function recordOf(write: (out: WriteBatch) => void): Uint8Array {
  const batch = new WriteBatch();
  batch.beginPut('meta');
  batch.number(1);
  batch.beginValue();
  write(batch);
  batch.end();
  const { bytes, end } = batch.take();
  const reader = new BatchReader(bytes, end);
  reader.next();
  return new Uint8Array(reader.value);
}

function readerOf(record: Uint8Array): RecordReader {
  return new RecordReader().reset(record);
}

const number = fc.integer({ min: 0, max: 2 ** 50 });
const text = fc.string({ unit: 'grapheme' });
const qos = fc.constantFrom<QoS>(0, 1, 2);
const message = fc
  .record({ topic: text, payload: fc.uint8Array(), qos, retain: fc.boolean(), publisher: text })
  .map((fields) => Message.of(fields));
const recipient = fc.record(
  {
    session: number,
    sequence: number,
    qos: fc.constantFrom<1 | 2>(1, 2),
    retained: fc.boolean(),
  },
  { noNullPrototype: true },
);

function fields({ topic, payload, qos: level, retain, publisher }: Message) {
  return { topic, payload: new Uint8Array(payload), qos: level, retain, publisher };
}

test('readMessage() and readMessageHead() give what writeMessage() was given', () => {
  fc.assert(
    fc.property(message, fc.array(recipient), (published, recipients) => {
      const record = recordOf((out) => writeMessage(out, published, recipients));
      assert.deepEqual(fields(readMessage(readerOf(record))), fields(published));
      const { bytes } = published;
      assert.deepEqual(readMessageHead(readerOf(record)), { bytes, recipients });
    }),
  );
});

test('readMessage() reads all of a record, or refuses it: wherever it is cut', () => {
  const payload = Buffer.from('payload');
  const published = Message.of({ topic: 'a/b', payload, qos: 2, retain: true, publisher: 'p' });
  const recipients = [{ session: 300, sequence: 70_000, qos: 1, retained: false }] as const;
  const record = recordOf((out) => writeMessage(out, published, recipients));
  const head = record.length - payload.length;
  for (let end = 0; end < head; end++) {
    for (const read of [readMessage, readMessageHead]) {
      assert.throws(() => read(readerOf(record.subarray(0, end))), RangeError, `cut at ${end}`);
    }
  }
});

/** A record without a checksum: nothing else than a RangeError may come of it. */
test('readMessage(), readProgress() and readSubscription() survive any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      for (const read of [readMessage, readMessageHead, readProgress, readSubscription]) {
        try {
          read(readerOf(bytes));
        } catch (error) {
          assert.ok(error instanceof RangeError, String(error));
        }
      }
    }),
    { numRuns: 2000 },
  );
});

test('writeProgress() and readProgress() are inverse', () => {
  const steps = fc.array(
    fc.tuple(fc.integer({ min: 1, max: 1e9 }), fc.integer({ min: 1, max: 1e9 })),
  );
  fc.assert(
    fc.property(number, number, steps, (nextSequence, cursor, distances) => {
      const gaps: number[] = [];
      let last = cursor;
      for (const [distance, length] of distances) {
        gaps.push(last + distance, last + distance + length);
        last += distance + length;
      }
      const record = { nextSequence, cursor, gaps };
      assert.deepEqual(
        readProgress(readerOf(recordOf((out) => writeProgress(out, record)))),
        record,
      );
    }),
  );
});

test('writeSubscription() and readSubscription() are inverse', () => {
  fc.assert(
    fc.property(text, qos, (filter, level) => {
      const record = recordOf((out) => writeSubscription(out, filter, level));
      assert.deepEqual(readSubscription(readerOf(record)), { filter, qos: level });
    }),
  );
});

const wrong: readonly (readonly [
  name: string,
  hex: string,
  read: (record: RecordReader) => unknown,
])[] = [
  ['QoS 3 of a message', '03 01 74 00 00', readMessage],
  ['unknown flags of a message', '80 01 74 00 00', readMessage],
  ['a recipient of QoS 0', '01 01 74 00 01 05 06 00', readMessage],
  ['more recipients than there are', '01 01 74 00 02 05 06 01', readMessage],
  ['half a gap', '05 02 01', readProgress],
  ['QoS 3 of a subscription', '03 01 74', readSubscription],
  ['bytes behind a subscription', '01 01 74 00', readSubscription],
];
for (const [name, hex, read] of wrong) {
  test(`${read.name}() refuses ${name}`, () => {
    const record = readerOf(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
    assert.throws(() => read(record), RangeError);
  });
}

test('writeRetained() and readRetained() are inverse', () => {
  fc.assert(
    fc.property(message, number, (published, change) => {
      const record = recordOf((out) => writeRetained(out, { message: published, change }));
      assert.equal(isNumbered(record), true);
      assert.equal(isNumbered(recordOf((out) => writeMessage(out, published, []))), false);
      const found = readRetained(readerOf(record));
      assert.deepEqual(fields(found.message), fields(published));
      assert.equal(found.change, change);
    }),
  );
});

test('writeReplay() and readReplay() are inverse', () => {
  const replay = fc.record(
    {
      filter: text,
      qos,
      after: number,
      asOf: number,
      nextSequence: number,
      endSequence: number,
    },
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(replay, (one) => {
      assert.deepEqual(readReplay(readerOf(recordOf((out) => writeReplay(out, one)))), one);
    }),
  );
});

test('writeSession() and readSession() are inverse', () => {
  const owner = fc.record(
    { username: fc.option(text, { nil: undefined }) },
    { noNullPrototype: true },
  );
  const session = fc.record(
    { clientId: text, owner: fc.option(owner, { nil: undefined }) },
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(session, (one) => {
      assert.deepEqual(readSession(readerOf(recordOf((out) => writeSession(out, one)))), one);
    }),
  );
});

test('readSession() reads what format 2 wrote, and refuses an owner that makes no sense', () => {
  const written = (owner: readonly number[]) => {
    return recordOf((out) => {
      out.text('c');
      for (const byte of owner) out.uint8(byte);
    });
  };
  assert.deepEqual(readSession(readerOf(written([]))), { clientId: 'c', owner: undefined });
  for (const owner of [[1], [2, 0], [0, 0, 0]]) {
    assert.throws(() => readSession(readerOf(written(owner))), RangeError);
  }
});

test('writeWill() and readWill() are inverse', () => {
  const principal = fc.record(
    { clientId: text, username: fc.option(text, { nil: undefined }), address: text },
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(principal, message, (client, will) => {
      const record = recordOf((out) => writeWill(out, { principal: client, message: will }));
      const found = readWill(readerOf(record));
      assert.deepEqual(found.principal, client);
      assert.deepEqual(fields(found.message), fields(will));
    }),
  );
});

test('writeTime() and readTime() are inverse', () => {
  const time = fc.record({ brokerMs: number, wallMs: number }, { noNullPrototype: true });
  fc.assert(
    fc.property(time, (one) => {
      assert.deepEqual(readTime(readerOf(recordOf((out) => writeTime(out, one)))), one);
    }),
  );
});
