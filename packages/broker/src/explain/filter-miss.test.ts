import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missOf, nearestFilter } from './filter-miss.js';

const misses = [
  ['Sensors/kitchen', 'sensors/#', 'case'],
  ['/sensors/kitchen', 'sensors/kitchen', 'slash'],
  ['sensors/kitchen/', 'sensors/+', 'slash'],
  ['$SYS/broker/load', '#', 'dollar'],
  ['$SYS/broker', '+/broker', 'dollar'],
  ['sensors/kitchen/temperature', 'sensors/+', 'levels'],
  ['sensors', 'sensors/kitchen', 'levels'],
  ['sensors/kitchen', 'senosrs/+', 'typo'],
  ['sensors/kitchen/x', 'sensor/#', 'typo'],
  ['sensors/kitchen', 'doors/garage', 'other'],
  ['a/b', 'c/d', 'other'],
] as const;
for (const [topic, filter, miss] of misses) {
  test(`missOf() says why ${filter} does not match ${topic}: ${miss}`, () => {
    assert.equal(missOf(topic, filter), miss);
  });
}

test('nearestFilter() prefers what is most likely meant', () => {
  const filters = ['doors/#', 'sensors/+/+', '$share/g/Sensors/#', 'senors/+'];
  assert.deepEqual(nearestFilter('sensors/a', filters), {
    filter: '$share/g/Sensors/#',
    miss: 'case',
  });
  assert.deepEqual(nearestFilter('x', ['doors/#']), { filter: 'doors/#', miss: 'other' });
  assert.equal(nearestFilter('x', []), undefined);
});
