import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { linearScale, logScale } from './scale.js';

const linear: [from: number, to: number, round: boolean, ticks: number[]][] = [
  [0, 10, false, [0, 2, 4, 6, 8, 10]],
  [0, 7.3, false, [0, 2, 4, 6]],
  [0, 7.3, true, [0, 2, 4, 6, 8]],
  [0, 0.3, true, [0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3]],
  [0, 48_000, true, [0, 10_000, 20_000, 30_000, 40_000, 50_000]],
  [0, 0, true, [0]],
];
for (const [from, to, round, ticks] of linear) {
  test(`linearScale() from ${from} to ${to}${round ? ', round,' : ''} has good ticks`, () => {
    assert.deepEqual(linearScale(from, to, { round }).ticks, ticks);
  });
}

test('logScale() has whole powers of ten, and more where they are few', () => {
  assert.deepEqual(logScale(0.03, 70_000).ticks, [0.01, 0.1, 1, 10, 100, 1000, 10_000, 100_000]);
  assert.deepEqual(logScale(2, 3).ticks, [1, 2, 5, 10]);
  assert.deepEqual(logScale(1, 1).ticks, [1, 2, 5, 10]);
  assert.equal(logScale(1, 100).place(10), 0.5);
});

test('Scales place greater values farther, all of them on the axis', () => {
  const value = fc.double({ min: 1e-3, max: 1e7, noNaN: true });
  fc.assert(
    fc.property(value, value, value, (a, b, c) => {
      const [low, middle, high] = [a, b, c].toSorted((x, y) => x - y) as [number, number, number];
      for (const scale of [
        linearScale(0, high),
        linearScale(0, high, { round: true }),
        logScale(low, high),
      ]) {
        const places = [low, middle, high].map(scale.place);
        assert.deepEqual(
          places,
          places.toSorted((x, y) => x - y),
        );
        assert.ok(places.every((place) => place >= 0 && place <= 1));
        assert.ok(scale.ticks.length >= 2 && scale.ticks.length <= 13);
      }
    }),
  );
});
