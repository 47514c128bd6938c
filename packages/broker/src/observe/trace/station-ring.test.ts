import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Station } from './station.js';
import { StationRing } from './station-ring.js';

function station(number: number, topic = ''): Station {
  return { number, message: 1, kind: 'received', atMs: 0, afterMs: 0, topic };
}

const numbers = (stations: readonly Station[]) => stations.map(({ number }) => number);

test('StationRing gives what is behind a number, page by page', () => {
  const ring = new StationRing(10_000);
  for (let number = 1; number <= 5; number++) ring.push(station(number));
  assert.equal(ring.last, 5);
  assert.deepEqual(numbers(ring.read(0, 2).stations), [1, 2]);
  assert.deepEqual(numbers(ring.read(2, 10).stations), [3, 4, 5]);
  assert.deepEqual(ring.read(5, 10), { stations: [], missed: 0 });
  assert.deepEqual(ring.read(99, 10), { stations: [], missed: 0 });
});

test('StationRing tells who read too slowly how many it has missed', () => {
  const ring = new StationRing(3 * 160);
  for (let number = 1; number <= 10; number++) ring.push(station(number));
  const { stations, missed } = ring.read(2, 10);
  assert.deepEqual(numbers(stations), [8, 9, 10]);
  assert.equal(missed, 5);
  assert.equal(ring.read(8, 10).missed, 0);
});

test('StationRing keeps one that is larger than it may be', () => {
  const ring = new StationRing(100);
  ring.push(station(1, 'x'.repeat(1000)));
  ring.push(station(2, 'x'.repeat(1000)));
  assert.deepEqual(numbers(ring.read(0, 10).stations), [2]);
});

test('StationRing stays within its bytes, and gives the latest without a gap', () => {
  const sizes = fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 300 });
  fc.assert(
    fc.property(sizes, fc.nat(300), (lengths, after) => {
      const ring = new StationRing(2000);
      for (const [at, length] of lengths.entries()) ring.push(station(at + 1, 'x'.repeat(length)));
      assert.ok(ring.bytes <= 2000);
      const { stations, missed } = ring.read(after, Infinity);
      const kept = numbers(ring.read(0, Infinity).stations);
      assert.deepEqual(
        numbers(stations),
        kept.filter((number) => number > after),
      );
      if (stations.length > 0) assert.equal(missed, stations[0]!.number - after - 1);
      assert.equal(kept.at(-1) ?? 0, lengths.length);
    }),
  );
});
