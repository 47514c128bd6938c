import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type MetricsOptions, metricsOptionsFrom } from './metrics-options.js';

test('metricsOptionsFrom() fills in what is left out', () => {
  assert.deepEqual(metricsOptionsFrom(), { sysInterval: 10, topics: [] });
  const given = { sysInterval: 0, topics: ['a/+', '#', '$SYS/#'] };
  assert.deepEqual(metricsOptionsFrom(given), given);
  assert.equal(metricsOptionsFrom({ sysInterval: 86_400 }).sysInterval, 86_400);
});

const many = Array.from({ length: 65 }, (_, number) => `t/${number}`);
assert.equal(metricsOptionsFrom({ topics: many.slice(1) }).topics.length, 64);

const REFUSED: readonly (readonly [given: Partial<MetricsOptions>, message: RegExp])[] = [
  [
    { sysInterval: -1 },
    /^RangeError: metrics.sysInterval must be an integer from 0 to 86400 \(s\)/,
  ],
  [{ sysInterval: 86_401 }, /current value is 86401$/],
  [{ sysInterval: 1.5 }, /current value is 1.5$/],
  [{ sysInterval: Number.NaN }, /current value is NaN$/],
  [{ topics: many }, /^RangeError: metrics.topics must be at most 64 filters: there are 65$/],
  [{ topics: ['a', 'b', 'a'] }, /^TypeError: metrics.topics has 'a': it is there twice$/],
  [{ topics: ['a/#/b'] }, /^TypeError: metrics.topics has 'a\/#\/b': ./],
  [{ topics: [''] }, /^TypeError: metrics.topics has '': ./],
  [{ topics: ['$share/g/a'] }, /a share group is no part of a topic$/],
  [{ topics: ['$share/g'] }, /a share group is no part of a topic$/],
];

for (const [given, message] of REFUSED) {
  test(`metricsOptionsFrom() refuses: ${message.source}`, () => {
    assert.throws(() => metricsOptionsFrom(given), message);
  });
}
