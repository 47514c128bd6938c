import { testInvalid, testValid } from './packet-cases.testing.js';

testValid('PUBACK', [
  { name: 'smallest identifier', bytes: '40 02 0001', packet: { type: 'puback', packetId: 1 } },
  { name: 'largest identifier', bytes: '40 02 ffff', packet: { type: 'puback', packetId: 65_535 } },
]);

testInvalid('PUBACK', [
  { name: 'identifier 0', bytes: '40 02 0000', clause: 'MQTT-2.3.1-6' },
  { name: 'no identifier', bytes: '40 00' },
  { name: 'half an identifier', bytes: '40 01 00' },
  { name: 'a byte too many', bytes: '40 03 0001 00' },
  { name: 'flags 0010', bytes: '42 02 0001', clause: 'MQTT-2.2.2-2' },
]);
