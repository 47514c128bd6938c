import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DueMoments } from './due-moments.js';
import { SeededRandom } from './seeded-random.js';

const EVERY = { kind: 'rate', everyUs: 1000 } as const;
const first = (pace: ConstructorParameters<typeof DueMoments>[0], seed = 1) => {
  const moments = new DueMoments(pace, new SeededRandom(seed));
  return Array.from({ length: 50 }, () => moments.next());
};

test('DueMoments come at a rate, from a phase that is given or drawn', () => {
  assert.deepEqual(first({ ...EVERY, phase: 0.25 }).slice(0, 3), [250, 1250, 2250]);
  const [drawn = -1, next = -1] = first(EVERY);
  assert.ok(drawn >= 0 && drawn < 1000 && next === drawn + 1000);
  assert.notEqual(first(EVERY, 2)[0], drawn);
});

test('DueMoments jitter around their times, in order, the same for the same seed', () => {
  const pace = { ...EVERY, phase: 0.5, jitter: 1 };
  const times = first(pace);
  assert.deepEqual(times, first(pace));
  for (const [at, us] of times.entries()) {
    assert.ok(Math.abs(us - (at * 1000 + 500)) <= 500);
    assert.ok(us >= (times[at - 1] ?? 0));
  }
  assert.ok(new Set(times.map((us) => us % 1000)).size > 40);
});
