import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isFault } from '../packets/packet-cases.testing.js';
import { anyTopicFilter } from './any-topic.testing.js';
import { checkTopicFilter, hasWildcard, validateTopicFilter } from './topic-filter.js';

for (const filter of [
  'a',
  '/',
  '#',
  '/#',
  '+',
  '/+',
  '+/',
  '+/+',
  '+/tennis/#',
  'sport/+/player1',
  '$SYS/#',
  '$share/g/+',
  'é/#',
  '//+//#',
]) {
  test(`validateTopicFilter() allows ${filter}`, () => {
    assert.equal(validateTopicFilter(filter), undefined);
    checkTopicFilter(filter);
  });
}

const hash = ['has a # that is not the whole last level', 'MQTT-4.7.1-2'] as const;
const plus = ['has a + that is not a whole level', 'MQTT-4.7.1-3'] as const;
for (const [filter, problem, clause] of [
  ['', 'is empty', 'MQTT-4.7.3-1'],
  ['sport/tennis#', ...hash],
  ['sport/tennis/#/ranking', ...hash],
  ['#/', ...hash],
  ['##', ...hash],
  ['#a', ...hash],
  ['+#', ...plus],
  ['/#+', ...hash],
  ['sport+', ...plus],
  ['+sport', ...plus],
  ['a/+b', ...plus],
  ['a/b+/c', ...plus],
  ['++', ...plus],
  ['a\0', 'holds U+0000', 'MQTT-4.7.3-2'],
  ['+/\uDC00', 'holds a lone surrogate', 'MQTT-1.5.3-1'],
  [`${'é'.repeat(32_767)}/#`, 'has more than 65535 bytes', 'MQTT-4.7.3-3'],
] as const) {
  test(`validateTopicFilter() says why not ${JSON.stringify(filter.slice(0, 30))}`, () => {
    assert.equal(validateTopicFilter(filter), problem);
    assert.throws(() => checkTopicFilter(filter), isFault('TOPIC_FILTER_INVALID', clause));
  });
}

test('validateTopicFilter() allows exactly what a split into levels allows', () => {
  const characters = fc.constantFrom('a', '/', '+', '#');
  fc.assert(
    fc.property(fc.string({ unit: characters, minLength: 1, maxLength: 8 }), (filter) => {
      const levels = filter.split('/');
      const allowed = levels.every((level, index) => {
        if (level === '#') return index === levels.length - 1;
        return level === '+' || !/[+#]/.test(level);
      });
      assert.equal(validateTopicFilter(filter) === undefined, allowed);
    }),
    { numRuns: 5000 },
  );
  fc.assert(fc.property(anyTopicFilter(), (filter) => validateTopicFilter(filter) === undefined));
});

test('hasWildcard() looks for + and #', () => {
  assert.deepEqual(['a/b', '$SYS', 'a/+', '#'].map(hasWildcard), [false, false, true, true]);
});
