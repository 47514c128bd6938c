import assert from 'node:assert/strict';
import { test } from 'node:test';

import { measureMatching, wildcardFilter, wildcardTopic } from './matching.js';
import type { MatchIndex } from './matching.js';

/** Tries every filter. */
function slowIndex(): MatchIndex {
  const patterns: RegExp[] = [];
  return {
    add: (filter) => {
      const pattern = filter.replaceAll('+', '[^/]+').replace(/\/#$/, '(/.*)?');
      patterns.push(new RegExp(`^${pattern}$`));
    },
    match: (topic) => patterns.filter((pattern) => pattern.test(topic)).length,
  };
}

test('wildcardTopic() matches its own filter and no other', () => {
  const index = slowIndex();
  for (let number = 0; number < 60; number++) index.add(wildcardFilter(number));
  for (let number = 0; number < 60; number++) {
    assert.equal(index.match(wildcardTopic(number, 1234)), 1, wildcardTopic(number, 1234));
  }
});

test('wildcardTopic() is another one every turn', () => {
  const topics = Array.from({ length: 300 }, (_, turn) => wildcardTopic(turn % 10, turn));
  assert.equal(new Set(topics).size, topics.length);
});

test('measureMatching() gives the time of one match', () => {
  const figures = measureMatching(slowIndex(), { filters: 30, matches: 2000, warmup: 10 });
  assert.ok(figures.cpuUs > 0);
  assert.ok(figures.messagesPerS > 0);
});

test('measureMatching() refuses an index that does not match', () => {
  const blind: MatchIndex = { add: () => {}, match: () => 0 };
  assert.throws(() => measureMatching(blind, { filters: 3, matches: 10, warmup: 1 }), /one filter/);
});
