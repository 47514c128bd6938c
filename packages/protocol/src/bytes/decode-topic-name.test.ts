import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isFault } from '../packets/packet-cases.testing.js';
import { anyTopicName } from '../topics/any-topic.testing.js';
import { decodeTopicName } from './decode-topic-name.js';
import { hex } from './hex.testing.js';

function decode(bytes: string): string {
  const source = hex(bytes);
  return decodeTopicName(source, 0, source.length);
}

test('decodeTopicName() gives every topic name', () => {
  assert.equal(decode("'a/b'"), 'a/b');
  fc.assert(
    fc.property(anyTopicName(), (name) => {
      const source = new TextEncoder().encode(name);
      assert.equal(decodeTopicName(source, 0, source.length), name);
    }),
  );
});

test('decodeTopicName() refuses what is empty, has a wildcard or is no string', () => {
  const invalid = 'TOPIC_NAME_INVALID';
  assert.throws(() => decode(''), isFault(invalid, 'MQTT-4.7.3-1'));
  for (const bytes of ["'+'", "'a/#'", "'a+b'", "'#'"]) {
    assert.throws(() => decode(bytes), isFault(invalid, 'MQTT-3.3.2-2'));
  }
  assert.throws(() => decode("'a' 00"), isFault('MALFORMED_PACKET', 'MQTT-1.5.3-2'));
  assert.throws(() => decode("'a' ff"), isFault('MALFORMED_PACKET', 'MQTT-1.5.3-1'));
});
