import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PROTOCOL_FAULTS, ProtocolError } from './faults.js';

test('PROTOCOL_FAULTS has a reason code of its own for each fault, all of them errors', () => {
  const reasons = Object.values(PROTOCOL_FAULTS).map(({ reason }) => reason);
  assert.equal(new Set(reasons).size, reasons.length);
  for (const reason of reasons) assert.ok(reason >= 0x80 && reason <= 0xa2);
});

test('PROTOCOL_FAULTS has a text for each fault', () => {
  for (const { text } of Object.values(PROTOCOL_FAULTS)) assert.match(text, /^[A-Z].*[^.]$/);
});

test('ProtocolError says fault, clause and what was found', () => {
  const error = new ProtocolError('MALFORMED_PACKET', 'PUBLISH has QoS 3', 'MQTT-3.3.1-4');
  assert.ok(error instanceof Error);
  const { name, message, fault, clause } = error;
  assert.deepEqual(
    { name, message, fault, clause },
    {
      name: 'ProtocolError',
      message: 'PUBLISH has QoS 3',
      fault: 'MALFORMED_PACKET',
      clause: 'MQTT-3.3.1-4',
    },
  );
  assert.equal(new ProtocolError('PROTOCOL_ERROR', 'x').clause, undefined);
});
