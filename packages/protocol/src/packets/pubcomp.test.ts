import { testInvalid, testValid } from './packet-cases.testing.js';

testValid('PUBCOMP', [
  { name: 'smallest identifier', bytes: '70 02 0001', packet: { type: 'pubcomp', packetId: 1 } },
  {
    name: 'largest identifier',
    bytes: '70 02 ffff',
    packet: { type: 'pubcomp', packetId: 65_535 },
  },
]);

testInvalid('PUBCOMP', [
  { name: 'identifier 0', bytes: '70 02 0000', clause: 'MQTT-2.3.1-6' },
  { name: 'no identifier', bytes: '70 00' },
  { name: 'half an identifier', bytes: '70 01 00' },
  { name: 'a byte too many', bytes: '70 03 0001 00' },
  { name: 'flags 1000', bytes: '78 02 0001', clause: 'MQTT-2.2.2-2' },
]);
