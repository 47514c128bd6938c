import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isFault } from '../packets/packet-cases.testing.js';
import { anyTopicName } from './any-topic.testing.js';
import { checkTopicName, topicLevels, validateTopicName } from './topic-name.js';

for (const name of ['a', '/', '//', ' ', 'a/b', '$SYS/x', '\uFEFF', 'é/🐦', 'a'.repeat(65_535)]) {
  test(`validateTopicName() allows ${JSON.stringify(name.slice(0, 20))}`, () => {
    assert.equal(validateTopicName(name), undefined);
    checkTopicName(name);
  });
}

for (const [name, problem, clause] of [
  ['', 'is empty', 'MQTT-4.7.3-1'],
  ['+', 'holds a wildcard', 'MQTT-3.3.2-2'],
  ['a/#', 'holds a wildcard', 'MQTT-3.3.2-2'],
  ['a+b', 'holds a wildcard', 'MQTT-3.3.2-2'],
  ['a\0', 'holds U+0000', 'MQTT-4.7.3-2'],
  ['\uD800', 'holds a lone surrogate', 'MQTT-1.5.3-1'],
  ['a'.repeat(65_536), 'has more than 65535 bytes', 'MQTT-4.7.3-3'],
] as const) {
  test(`validateTopicName() says why not ${JSON.stringify(name.slice(0, 20))}`, () => {
    assert.equal(validateTopicName(name), problem);
    assert.throws(() => checkTopicName(name), isFault('TOPIC_NAME_INVALID', clause));
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
