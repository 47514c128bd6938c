import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PROTOCOL_NAMES } from './protocol-version.js';

test('PROTOCOL_NAMES has the name that each level goes by', () => {
  assert.deepEqual(PROTOCOL_NAMES, { 3: 'MQIsdp', 4: 'MQTT' });
});
