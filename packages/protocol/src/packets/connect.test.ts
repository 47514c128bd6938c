import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hex, toHex } from '../bytes/hex.testing.js';
import { encode } from '../codec.js';
import type { Connect } from './connect.js';
import { decodeBytes, testInvalid, testLenient, testValid } from './packet-cases.testing.js';

const plain: Connect = {
  type: 'connect',
  protocolVersion: 4,
  cleanSession: true,
  keepAliveS: 0,
  clientId: '',
  will: undefined,
  username: undefined,
  password: undefined,
};

testValid('CONNECT', [
  {
    name: 'smallest: clean session, no identifier',
    bytes: "10 0c 0004 'MQTT' 04 02 0000 0000",
    packet: plain,
  },
  {
    name: 'persistent session, longest keep-alive',
    bytes: "10 0d 0004 'MQTT' 04 00 ffff 0001 'c'",
    packet: { ...plain, cleanSession: false, keepAliveS: 65_535, clientId: 'c' },
  },
  {
    name: 'every field, in the order of 3.1.3',
    bytes: "10 1d 0004 'MQTT' 04 f6 003c 0002 'id' 0003 'w/t' 0001 00 0001 'u' 0002 ff00",
    packet: {
      ...plain,
      keepAliveS: 60,
      clientId: 'id',
      will: { topic: 'w/t', payload: hex('00'), qos: 2, retain: true },
      username: 'u',
      password: hex('ff00'),
    },
  },
  {
    name: 'will of QoS 0 with nothing in it',
    bytes: "10 11 0004 'MQTT' 04 06 0000 0000 0001 'w' 0000",
    packet: { ...plain, will: { topic: 'w', payload: hex(''), qos: 0, retain: false } },
  },
  {
    name: 'will of QoS 1',
    bytes: "10 13 0004 'MQTT' 04 0e 0000 0000 0001 'w' 0002 'hi'",
    packet: { ...plain, will: { topic: 'w', payload: hex("'hi'"), qos: 1, retain: false } },
  },
  {
    name: 'empty user name without a password',
    bytes: "10 0e 0004 'MQTT' 04 82 0000 0000 0000",
    packet: { ...plain, username: '' },
  },
  {
    name: 'empty password',
    bytes: "10 11 0004 'MQTT' 04 c2 0000 0000 0001 'u' 0000",
    packet: { ...plain, username: 'u', password: hex('') },
  },
  {
    name: 'client identifier of other characters than 3.1.3-5 asks for',
    bytes: "10 14 0004 'MQTT' 04 02 0000 0008 ' -/' e9b58a '+#'",
    packet: { ...plain, clientId: ' -/鵊+#' },
  },
  {
    name: 'MQTT 3.1',
    bytes: "10 0f 0006 'MQIsdp' 03 00 000a 0001 'c'",
    packet: { ...plain, protocolVersion: 3, cleanSession: false, keepAliveS: 10, clientId: 'c' },
  },
]);

testLenient('CONNECT', [
  {
    name: 'of MQTT 3.1 with the unused flag set',
    bytes: "10 0f 0006 'MQIsdp' 03 03 0000 0001 'c'",
    packet: { ...plain, protocolVersion: 3, clientId: 'c' },
  },
  {
    name: 'of MQTT 3.1 that ends before its user name',
    bytes: "10 0f 0006 'MQIsdp' 03 c2 0000 0001 'c'",
    packet: { ...plain, protocolVersion: 3, clientId: 'c' },
  },
  {
    name: 'of MQTT 3.1 that ends before its password',
    bytes: "10 12 0006 'MQIsdp' 03 c2 0000 0001 'c' 0001 'u'",
    packet: { ...plain, protocolVersion: 3, clientId: 'c', username: 'u' },
  },
]);

const fault = 'UNSUPPORTED_PROTOCOL_VERSION';
testInvalid('CONNECT', [
  {
    name: 'level 3 of MQTT',
    bytes: "10 0c 0004 'MQTT' 03 02 0000 0000",
    clause: 'MQTT-3.1.2-2',
    fault,
  },
  { name: 'level 5', bytes: "10 0d 0004 'MQTT' 05 02 0000 00 0000", clause: 'MQTT-3.1.2-2', fault },
  {
    name: 'level 5, nothing behind it',
    bytes: "10 07 0004 'MQTT' 05",
    clause: 'MQTT-3.1.2-2',
    fault,
  },
  { name: 'level 0', bytes: "10 0c 0004 'MQTT' 00 02 0000 0000", clause: 'MQTT-3.1.2-2', fault },
  {
    name: 'level of a bridge',
    bytes: "10 0c 0004 'MQTT' 84 02 0000 0000",
    clause: 'MQTT-3.1.2-2',
    fault,
  },
  {
    name: 'level 4 of MQIsdp',
    bytes: "10 0e 0006 'MQIsdp' 04 02 0000 0000",
    clause: 'MQTT-3.1.2-2',
    fault,
  },
  {
    name: 'other protocol name',
    bytes: "10 0c 0004 'MQTR' 04 02 0000 0000",
    clause: 'MQTT-3.1.2-1',
  },
  {
    name: 'protocol name in small letters',
    bytes: "10 0c 0004 'mqtt' 04 02 0000 0000",
    clause: 'MQTT-3.1.2-1',
  },
  {
    name: 'longer protocol name',
    bytes: "10 0d 0005 'MQTTX' 04 02 0000 0000",
    clause: 'MQTT-3.1.2-1',
  },
  { name: 'empty protocol name', bytes: '10 08 0000 04 02 0000 0000', clause: 'MQTT-3.1.2-1' },
  {
    name: 'flags in the fixed header',
    bytes: "11 0c 0004 'MQTT' 04 02 0000 0000",
    clause: 'MQTT-2.2.2-2',
  },
]);

testInvalid('CONNECT', [
  { name: 'reserved flag', bytes: "10 0c 0004 'MQTT' 04 03 0000 0000", clause: 'MQTT-3.1.2-3' },
  {
    name: 'will QoS without a will',
    bytes: "10 0c 0004 'MQTT' 04 0a 0000 0000",
    clause: 'MQTT-3.1.2-13',
  },
  {
    name: 'will QoS 3 without a will',
    bytes: "10 0c 0004 'MQTT' 04 1a 0000 0000",
    clause: 'MQTT-3.1.2-13',
  },
  {
    name: 'will retain without a will',
    bytes: "10 0c 0004 'MQTT' 04 22 0000 0000",
    clause: 'MQTT-3.1.2-15',
  },
  {
    name: 'will QoS 3',
    bytes: "10 11 0004 'MQTT' 04 1e 0000 0000 0001 'w' 0000",
    clause: 'MQTT-3.1.2-14',
  },
  {
    name: 'password without a user name',
    bytes: "10 0f 0004 'MQTT' 04 42 0000 0000 0001 'p'",
    clause: 'MQTT-3.1.2-22',
  },
  { name: 'nothing', bytes: '10 00' },
  { name: 'no level', bytes: "10 06 0004 'MQTT'" },
  { name: 'no flags', bytes: "10 07 0004 'MQTT' 04" },
  { name: 'half a keep-alive', bytes: "10 09 0004 'MQTT' 04 02 00" },
  { name: 'no client identifier', bytes: "10 0a 0004 'MQTT' 04 02 0000" },
  { name: 'client identifier beyond the packet', bytes: "10 0d 0004 'MQTT' 04 02 0000 0002 'c'" },
  { name: 'no will', bytes: "10 0d 0004 'MQTT' 04 06 0000 0001 'c'" },
  { name: 'no will payload', bytes: "10 10 0004 'MQTT' 04 06 0000 0001 'c' 0001 'w'" },
  { name: 'no user name', bytes: "10 0d 0004 'MQTT' 04 82 0000 0001 'c'" },
  { name: 'no password', bytes: "10 10 0004 'MQTT' 04 c2 0000 0001 'c' 0001 'u'" },
  { name: 'a byte too many', bytes: "10 0d 0004 'MQTT' 04 02 0000 0000 00" },
  {
    name: 'a user name that no flag announces',
    bytes: "10 10 0004 'MQTT' 04 02 0000 0001 'c' 0001 'u'",
  },
  {
    name: 'ill-formed client identifier',
    bytes: "10 0d 0004 'MQTT' 04 02 0000 0001 ff",
    clause: 'MQTT-1.5.3-1',
  },
  {
    name: 'U+0000 in the client identifier',
    bytes: "10 0d 0004 'MQTT' 04 02 0000 0001 00",
    clause: 'MQTT-1.5.3-2',
  },
  {
    name: 'ill-formed will topic',
    bytes: "10 11 0004 'MQTT' 04 06 0000 0000 0001 80 0000",
    clause: 'MQTT-1.5.3-1',
  },
  {
    name: 'ill-formed user name',
    bytes: "10 0f 0004 'MQTT' 04 82 0000 0000 0001 80",
    clause: 'MQTT-1.5.3-1',
  },
  {
    name: 'wildcard in the will topic',
    bytes: "10 11 0004 'MQTT' 04 06 0000 0000 0001 '#' 0000",
    clause: 'MQTT-3.3.2-2',
    fault: 'TOPIC_NAME_INVALID',
  },
  {
    name: 'empty will topic',
    bytes: "10 10 0004 'MQTT' 04 06 0000 0000 0000 0000",
    clause: 'MQTT-4.7.3-1',
    fault: 'TOPIC_NAME_INVALID',
  },
]);

testInvalid('CONNECT', [
  {
    name: 'no client identifier and a persistent session',
    bytes: "10 0c 0004 'MQTT' 04 00 0000 0000",
    clause: 'MQTT-3.1.3-8',
    fault: 'CLIENT_IDENTIFIER_NOT_VALID',
  },
  {
    name: 'no client identifier in MQTT 3.1',
    bytes: "10 0e 0006 'MQIsdp' 03 02 0000 0000",
    clause: 'MQTT-3.1.3-9',
    fault: 'CLIENT_IDENTIFIER_NOT_VALID',
  },
  {
    name: 'a malformed one as malformed, whatever its client identifier is',
    bytes: "10 0d 0004 'MQTT' 04 00 0000 0000 00",
  },
]);

test('decodeConnect() owns the bytes of will and password', () => {
  const bytes = hex("10 18 0004 'MQTT' 04 c6 0000 0000 0001 'w' 0001 'p' 0001 'u' 0001 'x'");
  const packet = decodeBytes(bytes) as Connect;
  bytes.fill(0);
  assert.equal(toHex(packet.will?.payload ?? hex('')), toHex(hex("'p'")));
  assert.equal(toHex(packet.password ?? hex('')), toHex(hex("'x'")));
});

const tooLong = [
  { field: 'Client identifier', packet: { ...plain, clientId: 'é'.repeat(32_768) } },
  { field: 'User name', packet: { ...plain, username: 'u'.repeat(65_536) } },
  { field: 'Password', packet: { ...plain, username: 'u', password: new Uint8Array(65_536) } },
  {
    field: 'Will payload',
    packet: {
      ...plain,
      will: { topic: 'w', payload: new Uint8Array(65_536), qos: 0, retain: false },
    },
  },
  {
    field: 'Will topic',
    packet: {
      ...plain,
      will: { topic: 'w'.repeat(65_536), payload: hex(''), qos: 0, retain: false },
    },
  },
] as const;
for (const { field, packet } of tooLong) {
  test(`encode() refuses a CONNECT with a field that is too long: ${field}`, () => {
    const message = `${field} must have at most 65535 bytes: it has 65536`;
    assert.throws(() => encode(packet, 4), { name: 'RangeError', message });
  });
}

test('encode() refuses a CONNECT with a keep-alive that two bytes cannot say', () => {
  for (const keepAliveS of [-1, 65_536, Number.NaN]) {
    const message = `keepAliveS must be 0 to 65535: current value is ${keepAliveS}`;
    assert.throws(() => encode({ ...plain, keepAliveS }, 4), { name: 'RangeError', message });
  }
});
