import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CLIENT_ERRORS,
  ClientError,
  ConnectRefusedError,
  SubscribeRefusedError,
} from './errors.js';

test('ClientError says what happened and what to try', () => {
  const cause = new Error('ECONNREFUSED');
  const error = new ClientError('unreachable', 'Cannot connect to a', cause);
  assert.equal(error.message, `Cannot connect to a: ${CLIENT_ERRORS.unreachable}`);
  assert.equal(error.advice, CLIENT_ERRORS.unreachable);
  assert.equal(error.cause, cause);
});

const refusals = [
  [1, true, /does not speak MQTT 3\.1\.1/],
  [2, true, /does not allow the `clientId`/],
  [3, false, /not available now.*try again later/],
  [4, true, /password is wrong/],
  [5, true, /may not connect/],
] as const;
for (const [code, permanent, text] of refusals) {
  test(`ConnectRefusedError explains return code ${code}`, () => {
    const error = new ConnectRefusedError('a:1883', code);
    assert.ok(error instanceof ClientError);
    assert.match(error.message, text);
    assert.equal(error.permanent, permanent);
    assert.equal(error.returnCode, code);
  });
}

test('SubscribeRefusedError names the filter', () => {
  assert.match(new SubscribeRefusedError('a/#').message, /a\/#/);
});
