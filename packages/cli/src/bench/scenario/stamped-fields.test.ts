import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode } from 'cborg';
import fc from 'fast-check';
import { stampedPayload } from '../stamp.js';
import { anyStamp, cborPayload, jsonPayload, textPayload } from './stamped-fields.js';

const STAMP = { run: 7, stream: 3, sequence: 12, dueUs: 456_789.4 };
const WHOLE = { ...STAMP, dueUs: 456_789 };
const stamps = fc.record(
  {
    run: fc.integer({ min: 1, max: 2 ** 20 - 1 }),
    stream: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    sequence: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    dueUs: fc.integer({ min: 0, max: 1e15 }),
  },
  { noNullPrototype: true },
);
const allFields = fc
  .dictionary(
    fc.string().filter((name) => name !== '_bench' && name !== '__proto__'),
    fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null)),
    { maxKeys: 300 },
  )
  .map((fields) => Object.entries(fields));

test('payloads have their stamp in front of their fields', () => {
  const fields = [['t', 21.5] as const, ['s', 'ä"'] as const];
  assert.equal(
    Buffer.from(jsonPayload(fields, STAMP)).toString(),
    '{"_bench":[7,3,12,456789],"t":21.5,"s":"ä\\""}',
  );
  assert.equal(Buffer.from(textPayload('t=21', STAMP)).toString(), '[_bench 7,3,12,456789] t=21');
  assert.equal(Buffer.from(textPayload('t=21', undefined)).toString(), 't=21');
});

test('anyStamp() finds the stamp in each kind of payload', () => {
  fc.assert(
    fc.property(stamps, allFields, fc.string(), (stamp, fields, text) => {
      assert.deepEqual(anyStamp(jsonPayload(fields, stamp)), stamp);
      assert.deepEqual(anyStamp(cborPayload(fields, stamp)), stamp);
      assert.deepEqual(anyStamp(textPayload(text, stamp)), stamp);
      assert.deepEqual(anyStamp(stampedPayload(stamp, 50)), stamp);
    }),
  );
});

test('payloads say what their fields are', () => {
  fc.assert(
    fc.property(allFields, (fields) => {
      const { _bench, ...json } = JSON.parse(
        Buffer.from(jsonPayload(fields, STAMP)).toString(),
      ) as Record<string, unknown>;
      assert.deepEqual(_bench, [7, 3, 12, 456_789]);
      assert.deepEqual(json, Object.fromEntries(fields));
      const cbor = decode(cborPayload(fields, WHOLE)) as Record<string, unknown>;
      delete cbor['_bench'];
      assert.deepEqual(cbor, Object.fromEntries(fields));
      assert.deepEqual(decode(cborPayload(fields, undefined)), Object.fromEntries(fields));
    }),
  );
});

test('anyStamp() finds none in payloads of others', () => {
  for (const text of ['', '{', '{"a":1}', '[_bench 1,2]', '{"_bench":[1,2,3,x]}', 'a text']) {
    assert.equal(anyStamp(Buffer.from(text)), undefined, text);
  }
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      assert.equal(anyStamp(bytes), undefined);
    }),
  );
});
