import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from './random.js';

function numbers(random: Random, count = 5): number[] {
  return Array.from({ length: count }, () => random.uint32());
}

test('Random gives the same numbers for the same seed, and others for another', () => {
  assert.deepEqual(numbers(new Random(7)), numbers(new Random(7)));
  assert.notDeepEqual(numbers(new Random(7)), numbers(new Random(8)));
});

test('Random.fork() does not depend on what was drawn', () => {
  const [fresh, used] = [new Random(7), new Random(7)];
  numbers(used);
  assert.deepEqual(numbers(fresh.fork('a', 1)), numbers(used.fork('a', 1)));
  const forks = [fresh, fresh.fork('a', 1), fresh.fork('a', 2), fresh.fork('b', 1)];
  assert.equal(new Set(forks.map((fork) => numbers(fork).join())).size, 4);
});

test('Random keeps to its bounds, and reaches them', () => {
  const random = new Random(1);
  const drawn = new Set(Array.from({ length: 200 }, () => random.between(3, 5)));
  assert.deepEqual(drawn, new Set([3, 4, 5]));
  for (let count = 0; count < 200; count++) {
    const number = random.within(-1, 1);
    assert.ok(number >= -1 && number < 1);
  }
});

test('Random.weighted() gives nothing that has no weight', () => {
  const random = new Random(1);
  const drawn = Array.from({ length: 300 }, () =>
    random.weighted({ often: 3, never: 0, seldom: 1 }),
  );
  const often = drawn.filter((name) => name === 'often').length;
  assert.ok(!drawn.includes('never'));
  assert.ok(often > 180 && often < 270, `${often} of 300`);
});
