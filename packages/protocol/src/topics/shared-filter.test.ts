import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFault } from '../packets/packet-cases.testing.js';
import { parseSharedFilter } from './shared-filter.js';

for (const [text, group, filter] of [
  ['$share/g/a', 'g', 'a'],
  ['$share/g/a/b', 'g', 'a/b'],
  ['$share/g/#', 'g', '#'],
  ['$share/g/+/b', 'g', '+/b'],
  ['$share/g//a', 'g', '/a'],
  ['$share/g//', 'g', '/'],
  ['$share/ 鵊/$SYS/#', ' 鵊', '$SYS/#'],
  ['$share/$share/$share/x/y', '$share', '$share/x/y'],
] as const) {
  test(`parseSharedFilter() takes ${text} apart`, () => {
    assert.deepEqual(parseSharedFilter(text), { group, filter });
  });
}

for (const text of ['a', '#', '+/g/a', '$share', '$shared/g/a', '$SHARE/g/a', '/$share/g/a', '']) {
  test(`parseSharedFilter() leaves ${JSON.stringify(text)} alone`, () => {
    assert.equal(parseSharedFilter(text), undefined);
  });
}

for (const [text, clause] of [
  ['$share/', 'MQTT-4.8.2-1'],
  ['$share//a', 'MQTT-4.8.2-1'],
  ['$share/g', 'MQTT-4.8.2-2'],
  ['$share/+/a', 'MQTT-4.8.2-2'],
  ['$share/#', 'MQTT-4.8.2-2'],
  ['$share/g+/a', 'MQTT-4.8.2-2'],
  ['$share/g/', 'MQTT-4.7.3-1'],
  ['$share/g/#/a', 'MQTT-4.7.1-2'],
  ['$share/g/a+', 'MQTT-4.7.1-3'],
] as const) {
  test(`parseSharedFilter() refuses ${text}`, () => {
    assert.throws(() => parseSharedFilter(text), isFault('TOPIC_FILTER_INVALID', clause));
  });
}
