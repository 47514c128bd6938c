import { PINGREQ } from './pingreq.js';
import { testInvalid, testValid } from './packet-cases.testing.js';

testValid('PINGREQ', [{ name: 'two bytes', bytes: 'c0 00', packet: PINGREQ }]);

testInvalid('PINGREQ', [
  { name: 'a body', bytes: 'c0 01 00' },
  { name: 'flags set', bytes: 'c2 00', clause: 'MQTT-2.2.2-2' },
]);
