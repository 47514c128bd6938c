import { DISCONNECT } from './disconnect.js';
import { testInvalid, testValid } from './packet-cases.testing.js';

testValid('DISCONNECT', [{ name: 'two bytes', bytes: 'e0 00', packet: DISCONNECT }]);

testInvalid('DISCONNECT', [
  { name: 'a body', bytes: 'e0 01 00' },
  { name: 'flags set', bytes: 'e8 00', clause: 'MQTT-3.14.1-1' },
]);
