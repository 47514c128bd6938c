import { testInvalid, testValid } from './packet-cases.testing.js';

testValid('PUBREC', [
  { name: 'smallest identifier', bytes: '50 02 0001', packet: { type: 'pubrec', packetId: 1 } },
  { name: 'largest identifier', bytes: '50 02 ffff', packet: { type: 'pubrec', packetId: 65_535 } },
]);

testInvalid('PUBREC', [
  { name: 'identifier 0', bytes: '50 02 0000', clause: 'MQTT-2.3.1-6' },
  { name: 'no identifier', bytes: '50 00' },
  { name: 'half an identifier', bytes: '50 01 00' },
  { name: 'a byte too many', bytes: '50 03 0001 00' },
  { name: 'flags 0001', bytes: '51 02 0001', clause: 'MQTT-2.2.2-2' },
]);
