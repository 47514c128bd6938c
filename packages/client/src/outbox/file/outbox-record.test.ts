import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { StoredPublication } from '../outbox.js';
import { type OutboxWrites, RecordWriter, replayRecords } from './outbox-record.js';

type Write = (target: OutboxWrites) => void;

function recorded(act: (target: OutboxWrites) => void): unknown[] {
  const calls: unknown[] = [];
  act({
    put: (publication) => void calls.push(['put', publication]),
    release: (sequence) => void calls.push(['release', sequence]),
    remove: (sequence) => void calls.push(['remove', sequence]),
    addReceived: (packetId) => void calls.push(['addReceived', packetId]),
    deleteReceived: (packetId) => void calls.push(['deleteReceived', packetId]),
  });
  return calls;
}

const anyPublication: fc.Arbitrary<StoredPublication> = fc.record(
  {
    sequence: fc.maxSafeNat(),
    topic: fc.string({ unit: 'binary' }),
    payload: fc.uint8Array({ maxLength: 50 }),
    qos: fc.constantFrom<1 | 2>(1, 2),
    retain: fc.boolean(),
    released: fc.boolean(),
  },
  { noNullPrototype: true },
);
const anyWrite: fc.Arbitrary<Write> = fc.oneof(
  anyPublication.map(
    (one): Write =>
      (target) =>
        target.put(one),
  ),
  fc.maxSafeNat().map(
    (sequence): Write =>
      (target) =>
        target.release(sequence),
  ),
  fc.maxSafeNat().map(
    (sequence): Write =>
      (target) =>
        target.remove(sequence),
  ),
  fc.nat(65_535).map(
    (packetId): Write =>
      (target) =>
        target.addReceived(packetId),
  ),
  fc.nat(65_535).map(
    (packetId): Write =>
      (target) =>
        target.deleteReceived(packetId),
  ),
);

test('replayRecords() does again what RecordWriter was told, in order', () => {
  fc.assert(
    fc.property(fc.array(anyWrite, { maxLength: 20 }), (writes) => {
      const writer = new RecordWriter();
      for (const write of writes) write(writer);
      const { bytes } = writer;
      const records = Buffer.concat(writer.take());
      assert.equal(bytes, records.length);
      assert.equal(writer.bytes, 0);
      assert.deepEqual(
        recorded((target) => replayRecords(records, target)),
        recorded((target) => writes.forEach((write) => write(target))),
      );
    }),
  );
});

test('replayRecords() throws nothing but RangeError, whatever the bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      try {
        recorded((target) => replayRecords(Buffer.from(bytes), target));
      } catch (error) {
        assert.ok(error instanceof RangeError);
      }
    }),
  );
});
