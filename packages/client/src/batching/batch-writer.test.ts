import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BatchWriter, packedBytes, readingBytes } from './batch-writer.js';

const cases: readonly {
  readonly name: string;
  readonly readings: string[];
  readonly hex: string;
}[] = [
  { name: 'nothing', readings: [], hex: '4d4201' },
  { name: 'an empty reading', readings: [''], hex: '4d420100' },
  { name: 'two readings', readings: ['21.5', 'on'], hex: '4d42010432312e35026f6e' },
  { name: 'text of more bytes than letters', readings: ['鹊'], hex: '4d420103e9b98a' },
  {
    name: 'a length of two bytes',
    readings: ['x'.repeat(128)],
    hex: `4d42018001${'78'.repeat(128)}`,
  },
];

for (const { name, readings, hex } of cases) {
  for (const form of ['text', 'bytes'] as const) {
    test(`BatchWriter packs ${name}, given as ${form}`, () => {
      const writer = new BatchWriter();
      for (const text of readings) {
        const reading = form === 'text' ? text : Buffer.from(text);
        writer.add(readingBytes(reading));
      }
      assert.deepEqual([writer.count, writer.bytes], [readings.length, hex.length / 2]);
      assert.equal(Buffer.from(writer.finish()).toString('hex'), hex);
    });
  }
}

test('BatchWriter.add() copies the reading', () => {
  const writer = new BatchWriter();
  const reading = Buffer.from('a');
  writer.add(reading);
  reading[0] = 0;
  assert.equal(Buffer.from(writer.finish()).toString('latin1'), 'MB\x01\x01a');
});

test('packedBytes() is what a reading adds to a batch', () => {
  for (const bytes of [0, 127, 128, 16_383, 16_384]) {
    const writer = new BatchWriter();
    const before = writer.bytes;
    const reading = new Uint8Array(bytes);
    writer.add(reading);
    assert.equal(packedBytes(reading), writer.bytes - before, String(bytes));
  }
});

test('readingBytes() refuses what four bytes of length cannot say', () => {
  const tooLong = { length: 268_435_456 } as Uint8Array;
  assert.throws(() => readingBytes(tooLong), {
    name: 'RangeError',
    message: 'reading bytes must be a number from 0 to 268435455: it is 268435456',
  });
});
