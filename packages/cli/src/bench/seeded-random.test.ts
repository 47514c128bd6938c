import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SeededRandom } from './seeded-random.js';

const draw = (random: SeededRandom, count = 5) =>
  Array.from({ length: count }, () => random.next());

test('SeededRandom draws the same numbers for the same seed', () => {
  assert.deepEqual(draw(new SeededRandom(7)), draw(new SeededRandom(7)));
  assert.notDeepEqual(draw(new SeededRandom(7)), draw(new SeededRandom(8)));
});

test('SeededRandom.fork() depends on the seed and its name, not on what was drawn', () => {
  const one = new SeededRandom(7);
  draw(one, 100);
  assert.deepEqual(draw(one.fork('a', 1, 2)), draw(new SeededRandom(7).fork('a', 1, 2)));
  const forks = [one.fork('a', 1, 2), one.fork('a', 2, 1), one.fork('b', 1, 2), one.fork('a', 1)];
  assert.equal(new Set(forks.map((fork) => fork.uint32())).size, forks.length);
});

test('SeededRandom draws evenly', () => {
  const numbers = draw(new SeededRandom(1).fork('even'), 20_000);
  const mean = numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
  assert.ok(Math.abs(mean - 0.5) < 0.01, `${mean}`);
  assert.ok(numbers.every((number) => number >= 0 && number < 1));
  assert.equal(new SeededRandom(1).within(3, 3), 3);
});
