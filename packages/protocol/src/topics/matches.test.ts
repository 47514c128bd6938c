import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { anySmallTopicFilter, anySmallTopicName, anyTopicName } from './any-topic.testing.js';
import { matches } from './matches.js';

const MATCHING: readonly [filter: string, topic: string][] = [
  ['a', 'a'],
  ['/', '/'],
  ['/a', '/a'],
  ['a/', 'a/'],
  ['a//b', 'a//b'],
  ['#', 'a'],
  ['#', '/'],
  ['#', 'a/b/c'],
  ['sport/tennis/player1/#', 'sport/tennis/player1'],
  ['sport/tennis/player1/#', 'sport/tennis/player1/ranking'],
  ['sport/tennis/player1/#', 'sport/tennis/player1/score/wimbledon'],
  ['sport/#', 'sport'],
  ['sport/#', 'sport/'],
  ['sport/tennis/+', 'sport/tennis/player1'],
  ['sport/+', 'sport/'],
  ['+', 'finance'],
  ['+/+', '/finance'],
  ['/+', '/finance'],
  ['+/', 'a/'],
  ['+/#', 'a'],
  ['+/#', 'a/b/c'],
  ['+/+/#', '/'],
  ['a/+/c', 'a/b/c'],
  ['a/+/c', 'a//c'],
  ['+/b/+', 'a/b/c'],
  ['$SYS/#', '$SYS/'],
  ['$SYS/#', '$SYS'],
  ['$SYS/monitor/+', '$SYS/monitor/Clients'],
  ['+/$SYS', 'a/$SYS'],
  ['a/#', 'a/$b'],
  ['é/+', 'é/🐦'],
];

const APART: readonly [filter: string, topic: string][] = [
  ['a', 'b'],
  ['a', 'A'],
  ['a', 'ab'],
  ['ab', 'a'],
  ['a', 'a/'],
  ['a/', 'a'],
  ['a', '/a'],
  ['/a', 'a'],
  ['a/b', 'a'],
  ['a/b', 'a/c'],
  ['sport/tennis/+', 'sport/tennis/player1/ranking'],
  ['sport/+', 'sport'],
  ['+', '/finance'],
  ['+', 'a/'],
  ['+/+', 'a'],
  ['sport/#', 'sports'],
  ['sport/#', 'spor'],
  ['a/+/#', 'a'],
  ['+/#', '$SYS/x'],
  ['#', '$SYS'],
  ['#', '$'],
  ['+', '$SYS'],
  ['+/monitor/Clients', '$SYS/monitor/Clients'],
  ['/+', '$/a'],
  ['é', 'e\u0301'],
];

for (const [filter, topic] of MATCHING) {
  test(`matches() takes ${topic} for ${filter}`, () => assert.equal(matches(filter, topic), true));
}
for (const [filter, topic] of APART) {
  test(`matches() keeps ${topic} from ${filter}`, () => {
    assert.equal(matches(filter, topic), false);
  });
}

test('matches() agrees with the rules of 4.7 applied level by level', () => {
  let matching = 0;
  fc.assert(
    fc.property(anySmallTopicFilter(), anySmallTopicName(), (filter, topic) => {
      const expected = oracle(filter, topic);
      if (expected) matching++;
      assert.equal(matches(filter, topic), expected, `${filter} ${topic}`);
    }),
    { numRuns: 20_000 },
  );
  assert.ok(matching > 200, `only ${matching} of the pairs match`);
});

test('matches() takes every topic for itself', () => {
  fc.assert(fc.property(anyTopicName(), (topic) => matches(topic, topic)));
});

/** The rules as they are written: split, then compare level after level. */
function oracle(filter: string, topic: string): boolean {
  if (topic.startsWith('$') && /^[+#]/.test(filter)) return false;
  return levelsMatch(filter.split('/'), topic.split('/'));
}

function levelsMatch(filter: readonly string[], topic: readonly string[]): boolean {
  const [wanted, ...filterRest] = filter;
  if (wanted === '#') return true;
  const [level, ...topicRest] = topic;
  if (wanted === undefined || level === undefined) return wanted === level;
  return (wanted === '+' || wanted === level) && levelsMatch(filterRest, topicRest);
}
