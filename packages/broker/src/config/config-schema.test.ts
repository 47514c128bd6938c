import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LIMITS } from '../model/limits.js';
import { configSchema, knownKeys } from './config-schema.js';

const TLS_KEYS = ['certificates', 'ca', 'crl', 'clientCertificate', 'minVersion', 'ciphers'];

const cases: [name: string, path: PropertyKey[], root: unknown, expected: string[]][] = [
  [
    'the file',
    [],
    {},
    [
      'listeners',
      'http',
      'storage',
      'authentication',
      'authorization',
      'bans',
      'clients',
      'metrics',
      'otlp',
      'limits',
      'log',
    ],
  ],
  ['the limits, all of the table', ['limits'], { limits: {} }, Object.keys(LIMITS)],
  [
    'a tcp listener',
    ['listeners', 0],
    { listeners: [{ type: 'tcp' }] },
    ['type', 'port', 'host', 'backlog', 'clientPacketBytesMax', 'proxyProtocol'],
  ],
  [
    'a ws listener',
    ['listeners', 1],
    { listeners: [{ type: 'tcp' }, { type: 'ws' }] },
    ['type', 'port', 'path', 'origins', 'host', 'backlog', 'clientPacketBytesMax'],
  ],
  [
    'a tls listener',
    ['listeners', 0],
    { listeners: [{ type: 'tls' }] },
    ['type', 'port', 'host', 'backlog', 'clientPacketBytesMax', 'cert', 'key', ...TLS_KEYS],
  ],
  [
    'a further certificate of a wss listener',
    ['listeners', 0, 'certificates', 0],
    { listeners: [{ type: 'wss', certificates: [{}] }] },
    ['cert', 'key'],
  ],
  ['nothing below a plain value', ['http', 'port'], { http: { port: 1 } }, []],
  ['nothing below an unknown key', ['nope', 'x'], {}, []],
];
for (const [name, path, root, expected] of cases) {
  test(`knownKeys() lists the keys of ${name}`, () => {
    assert.deepEqual(knownKeys(path, root), expected);
  });
}

for (const [name, spec] of Object.entries(LIMITS)) {
  test(`configSchema takes the default and the ends of limit ${name}, and nothing beyond`, () => {
    const accepts = (value: unknown) =>
      configSchema.safeParse({ limits: { [name]: value } }).success;
    const good = 'values' in spec ? spec.values : [spec.default, spec.min, spec.max];
    for (const value of good) assert.equal(accepts(value), true, String(value));
    const bad = 'values' in spec ? ['', 1] : [spec.min - 1, spec.max + 1, `${spec.default}`, 0.5];
    for (const value of bad) assert.equal(accepts(value), false, String(value));
  });
}
