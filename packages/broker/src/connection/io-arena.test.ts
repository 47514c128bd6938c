import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IoArena } from './io-arena.js';

const SMALL = { readBytes: 100, slabBytes: 10, slabs: 3 };

test('IoArena.readRegion is the start of the buffer', () => {
  const { buffer, readRegion } = new IoArena(SMALL);
  assert.equal(readRegion.length, 100);
  assert.equal(readRegion.buffer, buffer.buffer);
  assert.equal(readRegion.byteOffset, buffer.byteOffset);
});

test('IoArena.take() gives every piece behind the read region once', () => {
  const arena = new IoArena(SMALL);
  const slabs = [arena.take(), arena.take(), arena.take()];
  assert.equal(arena.slabsFree, 0);
  for (const slab of slabs) assert.equal(slab.buffer, arena.buffer);
  assert.deepEqual(
    slabs.map(({ start, end }) => [start, end]),
    [
      [100, 110],
      [110, 120],
      [120, 130],
    ],
  );
  assert.equal(arena.buffer.length, 130);
});

test('IoArena.take() gives the slab that came back last', () => {
  const arena = new IoArena(SMALL);
  const [first, second] = [arena.take(), arena.take()];
  arena.giveBack(second);
  arena.giveBack(first);
  assert.equal(arena.take(), first);
  assert.equal(arena.take(), second);
});

test('IoArena.take() goes on from the heap when all slabs are out', () => {
  const arena = new IoArena({ ...SMALL, slabs: 1 });
  arena.take();
  const [one, other] = [arena.take(), arena.take()];
  assert.notEqual(one.buffer, other.buffer);
  for (const slab of [one, other]) {
    assert.notEqual(slab.buffer.buffer, arena.buffer.buffer);
    assert.deepEqual([slab.start, slab.end, slab.buffer.length], [0, 10, 10]);
  }
});

test('IoArena.takeFromHeap() leaves the slabs alone', () => {
  const arena = new IoArena(SMALL);
  const { buffer, start, end } = arena.takeFromHeap(1000);
  assert.deepEqual([buffer.length, start, end], [1000, 0, 1000]);
  assert.equal(arena.slabsFree, 3);
});

test('IoArena.giveBack() leaves memory of the heap to the collector', () => {
  const arena = new IoArena(SMALL);
  arena.giveBack(arena.takeFromHeap(10));
  assert.equal(arena.slabsFree, 3);
  const slab = arena.take();
  arena.giveBack(slab);
  assert.equal(arena.slabsFree, 3);
});

test('IoArena without options carries many connections', () => {
  const { slabBytes, slabsFree, readRegion } = new IoArena();
  assert.deepEqual([slabBytes, slabsFree, readRegion.length], [32_768, 512, 65_536]);
});
