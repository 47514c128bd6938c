import { testInvalid, testLenient, testValid } from './packet-cases.testing.js';

testValid('PUBREL', [
  { name: 'smallest identifier', bytes: '62 02 0001', packet: { type: 'pubrel', packetId: 1 } },
  { name: 'largest identifier', bytes: '62 02 ffff', packet: { type: 'pubrel', packetId: 65_535 } },
]);

testInvalid('PUBREL', [
  { name: 'identifier 0', bytes: '62 02 0000', clause: 'MQTT-2.3.1-6' },
  { name: 'no identifier', bytes: '62 00' },
  { name: 'half an identifier', bytes: '62 01 00' },
  { name: 'a byte too many', bytes: '62 03 0001 00' },
  { name: 'flags 0000', bytes: '60 02 0001', clause: 'MQTT-3.6.1-1' },
  { name: 'flags 1010', bytes: '6a 02 0001', clause: 'MQTT-3.6.1-1' },
  { name: 'flags 1000 in MQTT 3.1', bytes: '68 02 0001', clause: 'MQTT-3.6.1-1', version: 3 },
]);

testLenient('PUBREL', [
  {
    name: 'repeated with DUP in MQTT 3.1',
    bytes: '6a 02 0001',
    packet: { type: 'pubrel', packetId: 1 },
    version: 3,
  },
]);
