import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { MessageMemory } from './message-memory.js';

const SHARED_BYTES_MAX = 1024;
const BLOCK_BYTES = 16_384;

test('MessageMemory.store() keeps what it is given, though the source is overwritten', () => {
  const piece = fc.uint8Array({ maxLength: 2500, size: 'max' });
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60, size: 'max' }), (pieces) => {
      const memory = new MessageMemory();
      const stored = pieces.map((bytes) => {
        const source = Uint8Array.of(7, 7, ...bytes, 7);
        const { bytes: kept, start } = memory.store(source, 2, 2 + bytes.length);
        source.fill(0xee);
        return { kept, start };
      });
      for (const [index, { kept, start }] of stored.entries()) {
        const wanted = pieces[index] ?? new Uint8Array(0);
        assert.deepEqual(kept.slice(start, start + wanted.length), wanted);
      }
    }),
    { numRuns: 30 },
  );
});

test('MessageMemory.store() lets small pieces share a block, until it is full', () => {
  const memory = new MessageMemory();
  const bytes = new Uint8Array(SHARED_BYTES_MAX).fill(1);
  const blocks = new Set<Uint8Array>();
  for (let count = 0; count < 40; count++) blocks.add(memory.store(bytes, 0, bytes.length).bytes);
  assert.equal(blocks.size, Math.ceil((40 * SHARED_BYTES_MAX) / BLOCK_BYTES));
});

test('MessageMemory.store() gives a large piece memory of its own', () => {
  const memory = new MessageMemory();
  const bytes = new Uint8Array(SHARED_BYTES_MAX + 1).fill(1);
  const { bytes: kept, start } = memory.store(bytes, 0, bytes.length);
  assert.deepEqual([kept.buffer.byteLength, start], [bytes.length, 0]);
  assert.notEqual(kept, bytes);
});

test('MessageMemory.store() copies what is in a Buffer, too', () => {
  const memory = new MessageMemory();
  for (const length of [10, SHARED_BYTES_MAX + 1]) {
    const source = Buffer.alloc(length, 1);
    const { bytes, start } = memory.store(source, 0, length);
    source.fill(2);
    assert.equal(bytes[start], 1);
  }
});
