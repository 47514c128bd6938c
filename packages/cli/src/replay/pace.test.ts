import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pace } from './pace.js';

const cases: [name: string, speed: number, pauseMsMax: number, at: number[], due: number[]][] = [
  ['keeps the time in between', 1, Infinity, [5000, 5000, 8000], [0, 0, 3]],
  ['is faster', 2, Infinity, [0, 4000, 10_000], [0, 2, 5]],
  ['is slower', 0.5, Infinity, [0, 1000], [0, 2]],
  ['does not wait', 0, Infinity, [0, 1_000_000], [0, 0]],
  ['shortens pauses', 2, 10, [0, 4000, 1_000_000, 1_002_000], [0, 2, 7, 8]],
  ['goes on where time went back', 1, Infinity, [9000, 2000, 3000], [0, 0, 1]],
];
for (const [name, speed, pauseMsMax, at, due] of cases) {
  test(`Pace ${name}`, () => {
    const pace = new Pace(speed, pauseMsMax);
    assert.deepEqual(
      at.map((one) => pace.dueMs(one)),
      due,
    );
  });
}
