import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PROTOCOL_FAULTS, type ProtocolFault } from './faults.js';
import { CONNACK_CODE_MAX, CONNACK_CODES, connackCodeOf, connackText } from './reason-codes.js';

test('CONNACK_CODES are those of table 3.1, from 0 without a gap', () => {
  const codes = Object.values(CONNACK_CODES).map(({ code }) => code);
  assert.deepEqual(codes, [0, 1, 2, 3, 4, 5]);
  assert.equal(Math.max(...codes), CONNACK_CODE_MAX);
});

test('connackCodeOf() names the faults that CONNACK can say, and only those', () => {
  const expected: Partial<Record<ProtocolFault, number>> = {
    UNSUPPORTED_PROTOCOL_VERSION: 1,
    CLIENT_IDENTIFIER_NOT_VALID: 2,
    SERVER_UNAVAILABLE: 3,
    QUOTA_EXCEEDED: 3,
    BAD_USER_NAME_OR_PASSWORD: 4,
    NOT_AUTHORIZED: 5,
  };
  for (const fault of Object.keys(PROTOCOL_FAULTS) as ProtocolFault[]) {
    assert.equal(connackCodeOf(fault), expected[fault], fault);
  }
});

test('connackText() says what a code means, reserved ones too', () => {
  assert.equal(connackText(5), 'Client is not authorized to connect');
  assert.equal(connackText(6), 'Reserved return code 6');
});
