import { testInvalid, testValid } from './packet-cases.testing.js';

testValid('UNSUBACK', [
  { name: 'smallest identifier', bytes: 'b0 02 0001', packet: { type: 'unsuback', packetId: 1 } },
  {
    name: 'largest identifier',
    bytes: 'b0 02 ffff',
    packet: { type: 'unsuback', packetId: 65_535 },
  },
]);

testInvalid('UNSUBACK', [
  { name: 'identifier 0', bytes: 'b0 02 0000', clause: 'MQTT-2.3.1-7' },
  { name: 'no identifier', bytes: 'b0 00' },
  { name: 'half an identifier', bytes: 'b0 01 00' },
  { name: 'a byte too many', bytes: 'b0 03 0001 00' },
  { name: 'flags 0010', bytes: 'b2 02 0001', clause: 'MQTT-2.2.2-2' },
]);
