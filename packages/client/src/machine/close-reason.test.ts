import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClientError } from '../errors.js';
import { closeReason } from './close-reason.js';

const refused = new ClientError('certificate-refused', 'no');
const cases = [
  {
    error: undefined,
    connected: true,
    code: 'connection-lost',
    says: /connection to h:1 was lost/,
  },
  {
    error: undefined,
    connected: false,
    code: 'unreachable',
    says: /h:1 \(it closed the connection\): check that it speaks MQTT/,
  },
  { error: new Error('EPIPE'), connected: false, code: 'unreachable', says: /h:1 \(EPIPE\)/ },
  { error: refused, connected: false, code: 'certificate-refused', says: /^no/ },
];
for (const { error, connected, code, says } of cases) {
  const what = `${error?.message ?? 'nothing'}, connected: ${connected}`;
  test(`closeReason() of ${what}, is ${code}`, () => {
    const reason = closeReason(error, connected, 'h:1');
    assert.equal(reason.code, code);
    assert.match(reason.message, says);
  });
}
