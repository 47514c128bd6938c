import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encode } from '../codec.js';
import { testInvalid, testLenient, testValid } from './packet-cases.testing.js';

testValid('SUBSCRIBE', [
  {
    name: 'one filter',
    bytes: "82 08 000a 0003 'a/b' 01",
    packet: { type: 'subscribe', packetId: 10, subscriptions: [{ filter: 'a/b', qos: 1 }] },
  },
  {
    name: 'filters keep their order, and repeat',
    bytes: "82 15 ffff 0001 '#' 00  0003 '+/#' 02  0002 '/+' 01 0001 '#' 02",
    packet: {
      type: 'subscribe',
      packetId: 65_535,
      subscriptions: [
        { filter: '#', qos: 0 },
        { filter: '+/#', qos: 2 },
        { filter: '/+', qos: 1 },
        { filter: '#', qos: 2 },
      ],
    },
  },
]);

testLenient('SUBSCRIBE', [
  {
    name: 'repeated with DUP in MQTT 3.1',
    bytes: "8a 06 000a 0001 'a' 01",
    packet: { type: 'subscribe', packetId: 10, subscriptions: [{ filter: 'a', qos: 1 }] },
    version: 3,
  },
]);

testInvalid('SUBSCRIBE', [
  { name: 'flags 0000', bytes: "80 06 000a 0001 'a' 01", clause: 'MQTT-3.8.1-1' },
  { name: 'flags 1010', bytes: "8a 06 000a 0001 'a' 01", clause: 'MQTT-3.8.1-1' },
  { name: 'identifier 0', bytes: "82 06 0000 0001 'a' 01", clause: 'MQTT-2.3.1-1' },
  { name: 'no identifier', bytes: '82 01 00' },
  { name: 'no filter', bytes: '82 02 000a', clause: 'MQTT-3.8.3-3', fault: 'PROTOCOL_ERROR' },
  {
    name: 'empty filter',
    bytes: '82 05 000a 0000 01',
    clause: 'MQTT-4.7.3-1',
    fault: 'TOPIC_FILTER_INVALID',
  },
  { name: 'no requested QoS', bytes: "82 05 000a 0001 'a'" },
  { name: 'filter beyond the packet', bytes: "82 06 000a 0003 'a' 01" },
  { name: 'requested QoS 3', bytes: "82 06 000a 0001 'a' 03", clause: 'MQTT-3-8.3-4' },
  { name: 'reserved bit of QoS', bytes: "82 06 000a 0001 'a' 04", clause: 'MQTT-3-8.3-4' },
  { name: 'highest reserved bit', bytes: "82 06 000a 0001 'a' 81", clause: 'MQTT-3-8.3-4' },
  {
    name: 'second filter is bad',
    bytes: "82 0a 000a 0001 'a' 01 0001 'b' 03",
    clause: 'MQTT-3-8.3-4',
  },
  { name: 'surrogate', bytes: '82 08 000a 0003 eda080 00', clause: 'MQTT-1.5.3-1' },
  { name: 'U+0000', bytes: "82 07 000a 0002 'a' 00 00", clause: 'MQTT-1.5.3-2' },
  {
    name: 'misplaced #',
    bytes: "82 07 000a 0002 'a#' 00",
    clause: 'MQTT-4.7.1-2',
    fault: 'TOPIC_FILTER_INVALID',
  },
  {
    name: '# that is not last',
    bytes: "82 08 000a 0003 '#/a' 00",
    clause: 'MQTT-4.7.1-2',
    fault: 'TOPIC_FILTER_INVALID',
  },
  {
    name: 'misplaced +',
    bytes: "82 07 000a 0002 'a+' 00",
    clause: 'MQTT-4.7.1-3',
    fault: 'TOPIC_FILTER_INVALID',
  },
]);

test('encode() refuses a SUBSCRIBE with a filter that is too long', () => {
  const subscriptions = [{ filter: 'a'.repeat(65_536), qos: 0 }] as const;
  assert.throws(() => encode({ type: 'subscribe', packetId: 1, subscriptions }, 4), {
    name: 'RangeError',
    message: 'Topic filter must have at most 65535 bytes: it has 65536',
  });
});
