import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClientError, ConnectRefusedError } from '../errors.js';
import { clientErrorFromWire, fromWire, toWire } from './wire-error.js';

const errors = [
  new ClientError('connection-lost', 'The connection to a: b was lost'),
  new ClientError('outbox-full', 'Cannot publish to t', undefined, 'wait: it may go'),
  new ConnectRefusedError('a:8083', 5),
];
for (const error of errors) {
  test(`fromWire() has code, message and advice of ${error.code}`, () => {
    const read = fromWire(structuredClone(toWire(error)));
    assert.ok(read instanceof ClientError);
    const { code, message, advice } = read;
    const { code: expected, message: text, advice: hint } = error;
    assert.deepEqual([code, message, advice], [expected, text, hint]);
  });
}

test('fromWire() makes a TypeError of what is no ClientError', () => {
  assert.ok(fromWire(toWire(new TypeError('no topic'))) instanceof TypeError);
  assert.equal(fromWire(toWire('odd')).message, 'odd');
  const unknown = { code: 'of-a-later-version' as 'ended', message: 'x: y', advice: 'y' };
  assert.equal(fromWire(unknown).message, 'x: y');
});

test('clientErrorFromWire() always makes a ClientError', () => {
  const error = clientErrorFromWire(toWire(new RangeError('keepAlive must be …')));
  assert.equal(error.code, 'unreachable');
  assert.match(error.message, /keepAlive must be/);
});
