import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BatchWriter } from './batch-writer.js';
import { BatchFormatError, isBatch, unpackBatch } from './unpack-batch.js';

function pack(readings: readonly Uint8Array[]): Uint8Array {
  const writer = new BatchWriter();
  for (const reading of readings) writer.add(reading);
  return writer.finish();
}

function emptyReadings(count: number): Uint8Array[] {
  return Array.from({ length: count }, () => new Uint8Array(0));
}

test('unpackBatch() gives back what BatchWriter was given, in its order', () => {
  const anyReading = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.constantFrom(127, 128, 16_383, 16_384).map((length) => new Uint8Array(length).fill(7)),
  );
  fc.assert(
    fc.property(fc.array(anyReading, { maxLength: 30 }), (readings) => {
      const payload = pack(readings);
      assert.ok(isBatch(payload));
      assert.deepEqual(unpackBatch(payload), readings);
    }),
  );
});

const broken: readonly { readonly name: string; readonly hex: string; readonly at: number }[] = [
  { name: 'nothing', hex: '', at: 0 },
  { name: 'another payload', hex: '7b7d', at: 0 },
  { name: 'half a header', hex: '4d42', at: 0 },
  { name: 'another version', hex: '4d4202', at: 0 },
  { name: 'a length that is cut off', hex: '4d42010061' + '80', at: 4 },
  { name: 'a reading that is cut off', hex: '4d4201016103ffff', at: 5 },
  { name: 'a length of five bytes', hex: '4d42018080808000', at: 3 },
  { name: 'a length above what is left', hex: '4d4201ffffff7f', at: 3 },
];

for (const { name, hex, at } of broken) {
  test(`unpackBatch() refuses ${name}`, () => {
    const payload = Buffer.from(hex, 'hex');
    assert.throws(
      () => unpackBatch(payload),
      (error) => error instanceof BatchFormatError && error.at === at,
    );
  });
}

test('unpackBatch() refuses a batch cut at any byte that is not the end of a reading', () => {
  const readings = [Buffer.from('ab'), new Uint8Array(200), new Uint8Array(0), Buffer.from('c')];
  const payload = pack(readings);
  const ends = new Set(readings.map((_, count) => pack(readings.slice(0, count)).length));
  for (let length = 0; length < payload.length; length++) {
    const cut = payload.subarray(0, length);
    if (ends.has(length)) assert.ok(unpackBatch(cut).length < readings.length);
    else assert.throws(() => unpackBatch(cut), BatchFormatError, `cut at ${length}`);
  }
});

test('unpackBatch() refuses more readings than it may take', () => {
  const payload = pack(emptyReadings(10));
  assert.equal(unpackBatch(payload, 10).length, 10);
  assert.throws(() => unpackBatch(payload, 9), {
    name: 'BatchFormatError',
    message: 'Not a batch of readings: more than 9 readings at byte 12',
  });
  const many = pack(emptyReadings(65_537));
  assert.throws(() => unpackBatch(many), /more than 65536 readings/);
});

test('unpackBatch() throws nothing but BatchFormatError, whatever the bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      const payload = new Uint8Array([0x4d, 0x42, 0x01, ...bytes]);
      try {
        const total = unpackBatch(payload).reduce((sum, { length }) => sum + length, 0);
        assert.ok(total <= bytes.length);
      } catch (error) {
        assert.ok(error instanceof BatchFormatError);
      }
    }),
  );
});
