import { testInvalid, testLenient, testValid } from './packet-cases.testing.js';

testValid('CONNACK', [
  {
    name: 'accepted, new session',
    bytes: '20 02 00 00',
    packet: { type: 'connack', sessionPresent: false, returnCode: 0 },
  },
  {
    name: 'accepted, session present',
    bytes: '20 02 01 00',
    packet: { type: 'connack', sessionPresent: true, returnCode: 0 },
  },
  {
    name: 'not authorized',
    bytes: '20 02 00 05',
    packet: { type: 'connack', sessionPresent: false, returnCode: 5 },
  },
]);

testLenient('CONNACK', [
  {
    name: 'reserved first byte of MQTT 3.1',
    bytes: '20 02 ff 00',
    packet: { type: 'connack', sessionPresent: false, returnCode: 0 },
    version: 3,
  },
]);

testInvalid('CONNACK', [
  { name: 'reserved flag', bytes: '20 02 02 00' },
  { name: 'return code 6', bytes: '20 02 00 06' },
  { name: 'return code 128', bytes: '20 02 00 80' },
  { name: 'session present with a refusal', bytes: '20 02 01 05', clause: 'MQTT-3.2.2-4' },
  { name: 'no return code', bytes: '20 01 00' },
  { name: 'a byte too many', bytes: '20 03 00 00 00' },
  { name: 'flags in the fixed header', bytes: '21 02 00 00', clause: 'MQTT-2.2.2-2' },
]);
