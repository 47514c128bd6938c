import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readStamp, STAMP_BYTES, stampedPayload } from './stamp.js';

const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const stamps = fc.record({
  run: uint32,
  stream: uint32,
  sequence: uint32,
  dueUs: fc.nat(Number.MAX_SAFE_INTEGER),
});

test('readStamp() reads what stampedPayload() has written, at any size', () => {
  fc.assert(
    fc.property(stamps, fc.nat(500), (stamp, bytes) => {
      const payload = stampedPayload(stamp, bytes);
      assert.equal(payload.length, Math.max(bytes, STAMP_BYTES));
      assert.deepEqual(readStamp(payload), { ...stamp });
    }),
  );
});

test('readStamp() finds none in what others publish, and never throws', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      assert.equal(readStamp(bytes), undefined);
    }),
  );
});
