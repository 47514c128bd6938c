import { testInvalid, testValid } from './packet-cases.testing.js';

testValid('SUBACK', [
  {
    name: 'one code',
    bytes: '90 03 0001 02',
    packet: { type: 'suback', packetId: 1, returnCodes: [2] },
  },
  {
    name: 'every code, in order',
    bytes: '90 06 000a 80 00 01 02',
    packet: { type: 'suback', packetId: 10, returnCodes: [0x80, 0, 1, 2] },
  },
]);

testInvalid('SUBACK', [
  { name: 'code 3', bytes: '90 03 0001 03', clause: 'MQTT-3.9.3-2' },
  { name: 'code 129', bytes: '90 04 0001 00 81', clause: 'MQTT-3.9.3-2' },
  { name: 'no code', bytes: '90 02 0001', clause: 'MQTT-3.8.4-5' },
  { name: 'identifier 0', bytes: '90 03 0000 00', clause: 'MQTT-2.3.1-7' },
  { name: 'half an identifier', bytes: '90 01 00' },
  { name: 'flags 0010', bytes: '92 03 0001 00', clause: 'MQTT-2.2.2-2' },
]);
