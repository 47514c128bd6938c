import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listenerSchema } from './listener-schemas.js';

const PAIR = { cert: 'c', key: 'k' };

const good: object[] = [
  { type: 'tcp' },
  { type: 'ws' },
  { type: 'ws', origins: [] },
  { type: 'ws', origins: ['https://a.example', 'http://localhost:3000', 'HTTP://B.example'] },
  { type: 'tls', ...PAIR },
  { type: 'tls', ...PAIR, ca: 'a', clientCertificate: 'none' },
  { type: 'tls', ...PAIR, ca: 'a', crl: 'l', clientCertificate: 'require', minVersion: '1.3' },
  { type: 'wss', ...PAIR, path: '/x', certificates: [PAIR], ciphers: 'HIGH' },
];
for (const listener of good) {
  test(`listenerSchema takes ${JSON.stringify(listener)}`, () => {
    assert.deepEqual(listenerSchema.parse(listener), listener);
  });
}

const bad: object[] = [
  { type: 'udp' },
  { type: 'tcp', origins: [] },
  { type: 'ws', origins: 'https://a.example' },
  { type: 'ws', origins: ['*'] },
  { type: 'ws', origins: ['a.example'] },
  { type: 'ws', origins: ['https://a.example/'] },
  { type: 'wss', ...PAIR, origins: ['https://a.example:443'] },
  { type: 'tcp', ...PAIR },
  { type: 'tls' },
  { type: 'tls', cert: 'c' },
  { type: 'tls', ...PAIR, path: '/mqtt' },
  { type: 'tls', ...PAIR, clientCertificate: 'require' },
  { type: 'wss', ...PAIR, clientCertificate: 'request' },
  { type: 'tls', ...PAIR, crl: 'l' },
  { type: 'tls', ...PAIR, minVersion: '1.1' },
  { type: 'tls', ...PAIR, ciphers: '' },
  { type: 'tls', ...PAIR, certificates: [{ cert: 'c' }] },
];
for (const listener of bad) {
  test(`listenerSchema refuses ${JSON.stringify(listener)}`, () => {
    assert.ok(!listenerSchema.safeParse(listener).success);
  });
}
