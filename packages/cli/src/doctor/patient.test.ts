import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorText, patientOf } from './patient.js';

const places: [url: string, host: string, port: number, secure: boolean][] = [
  ['mqtt://h', 'h', 1883, false],
  ['mqtts://h', 'h', 8883, true],
  ['ws://h/mqtt', 'h', 80, false],
  ['wss://h', 'h', 443, true],
  ['mqtt://[::1]:7', '::1', 7, false],
];
for (const [url, host, port, secure] of places) {
  test(`patientOf() takes ${url} for ${host}, port ${port}`, () => {
    const around = { patienceMs: 1, signal: new AbortController().signal };
    const patient = patientOf(new URL(url), {}, around);
    assert.deepEqual([patient.host, patient.port, patient.secure], [host, port, secure]);
  });
}

test('errorText() prefers the code of the system', () => {
  assert.equal(errorText(Object.assign(new Error('long'), { code: 'EPIPE' })), 'EPIPE');
  assert.equal(errorText(new Error('long')), 'long');
});
