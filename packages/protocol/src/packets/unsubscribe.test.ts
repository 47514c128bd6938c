import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encode } from '../codec.js';
import { testInvalid, testLenient, testValid } from './packet-cases.testing.js';

testValid('UNSUBSCRIBE', [
  {
    name: 'one filter',
    bytes: "a2 07 000a 0003 'a/b'",
    packet: { type: 'unsubscribe', packetId: 10, filters: ['a/b'] },
  },
  {
    name: 'filters keep their order, and repeat',
    bytes: "a2 0d ffff 0001 '#' 0003 'a/+' 0001 '#'  # the server decides what to make of it",
    packet: { type: 'unsubscribe', packetId: 65_535, filters: ['#', 'a/+', '#'] },
  },
]);

testLenient('UNSUBSCRIBE', [
  {
    name: 'repeated with DUP in MQTT 3.1',
    bytes: "aa 05 000a 0001 'a'",
    packet: { type: 'unsubscribe', packetId: 10, filters: ['a'] },
    version: 3,
  },
]);

testInvalid('UNSUBSCRIBE', [
  { name: 'flags 0000', bytes: "a0 05 000a 0001 'a'", clause: 'MQTT-3.10.1-1' },
  { name: 'flags 0011', bytes: "a3 05 000a 0001 'a'", clause: 'MQTT-3.10.1-1' },
  { name: 'identifier 0', bytes: "a2 05 0000 0001 'a'", clause: 'MQTT-2.3.1-1' },
  { name: 'no filter', bytes: 'a2 02 000a', clause: 'MQTT-3.10.3-2', fault: 'PROTOCOL_ERROR' },
  {
    name: 'empty filter',
    bytes: 'a2 04 000a 0000',
    clause: 'MQTT-4.7.3-1',
    fault: 'TOPIC_FILTER_INVALID',
  },
  { name: 'filter beyond the packet', bytes: "a2 05 000a 0002 'a'" },
  { name: 'half a length', bytes: "a2 06 000a 0001 'a' 00" },
  { name: 'overlong form', bytes: 'a2 06 000a 0002 c0af', clause: 'MQTT-1.5.3-1' },
  { name: 'U+0000', bytes: 'a2 05 000a 0001 00', clause: 'MQTT-1.5.3-2' },
  {
    name: 'misplaced #',
    bytes: "a2 07 000a 0003 '#/#'",
    clause: 'MQTT-4.7.1-2',
    fault: 'TOPIC_FILTER_INVALID',
  },
  {
    name: 'misplaced +',
    bytes: "a2 06 000a 0002 '++'",
    clause: 'MQTT-4.7.1-3',
    fault: 'TOPIC_FILTER_INVALID',
  },
]);

test('encode() refuses an UNSUBSCRIBE with a filter that is too long', () => {
  const filters = ['a'.repeat(65_536)];
  assert.throws(() => encode({ type: 'unsubscribe', packetId: 1, filters }, 4), RangeError);
});
