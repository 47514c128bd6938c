import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { anyTopicName } from './any-topic.testing.js';
import { topicLevels, validateTopicName } from './topic-name.js';

for (const name of ['a', '/', '//', ' ', 'a/b', '$SYS/x', '\uFEFF', 'é/🐦', 'a'.repeat(65_535)]) {
  test(`validateTopicName() allows ${JSON.stringify(name.slice(0, 20))}`, () => {
    assert.equal(validateTopicName(name), undefined);
  });
}

for (const [name, problem] of [
  ['', 'is empty'],
  ['+', 'has a wildcard'],
  ['a/#', 'has a wildcard'],
  ['a+b', 'has a wildcard'],
  ['a\0', 'holds U+0000'],
  ['\uD800', 'holds a lone surrogate'],
  ['a'.repeat(65_536), 'has more than 65535 bytes'],
] as const) {
  test(`validateTopicName() says why not ${JSON.stringify(name.slice(0, 20))}`, () => {
    assert.equal(validateTopicName(name), problem);
  });
}

test('topicLevels() counts separators and one', () => {
  for (const [topic, levels] of [
    ['a', 1],
    ['/', 2],
    ['a/b', 2],
    ['/a//b/', 5],
    ['+/#', 2],
  ] as const) {
    assert.equal(topicLevels(topic), levels);
  }
  fc.assert(fc.property(anyTopicName(), (topic) => topicLevels(topic) === topic.split('/').length));
});
