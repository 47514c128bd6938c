import { PINGRESP } from './pingresp.js';
import { testInvalid, testValid } from './packet-cases.testing.js';

testValid('PINGRESP', [{ name: 'two bytes', bytes: 'd0 00', packet: PINGRESP }]);

testInvalid('PINGRESP', [
  { name: 'a body', bytes: 'd0 01 00' },
  { name: 'flags set', bytes: 'd1 00', clause: 'MQTT-2.2.2-2' },
]);
