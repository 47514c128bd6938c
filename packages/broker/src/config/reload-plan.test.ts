import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limitsFrom } from '../model/limits.js';
import type { BrokerConfig, ListenerConfig } from './broker-config.js';
import { reloadPlan } from './reload-plan.js';

const TCP: ListenerConfig = {
  type: 'tcp',
  host: '127.0.0.1',
  port: 1883,
  backlog: 16,
  proxyProtocol: false,
};
const TLS: ListenerConfig = {
  type: 'tls',
  host: '0.0.0.0',
  port: 8883,
  backlog: 16,
  cert: 'old.crt',
  key: 'old.key',
  certificates: [],
  ca: undefined,
  crl: undefined,
  clientCertificate: 'none',
  minVersion: '1.2',
  ciphers: undefined,
};
const USERS = {
  users: 'passwd',
  certificate: undefined,
  jwt: undefined,
  postgres: undefined,
  redis: undefined,
  http: undefined,
};
const OTLP = { url: 'http://c', headers: {}, sample: 100, topic: undefined };

const RUNNING = {
  listeners: [TCP, TLS],
  http: { host: '127.0.0.1', port: 18_083 },
  storage: { dir: 'data' },
  limits: limitsFrom(),
  bans: [],
  clients: [],
  metrics: { sysInterval: 10, topics: [] },
  anonymous: false,
  authentication: USERS,
  authorization: 'acl.yaml',
  otlp: undefined,
  logLevel: 'info',
} as unknown as BrokerConfig;

/** What is changed, what of it holds, what waits, and what is refused. */
const cases: readonly (readonly [
  name: string,
  change: Partial<BrokerConfig>,
  holds: Partial<BrokerConfig>,
  restart: readonly string[],
  problems: readonly string[],
])[] = [
  ['nothing', {}, {}, [], []],
  [
    'limits',
    { limits: limitsFrom({ inflightMax: 7 }) },
    { limits: limitsFrom({ inflightMax: 7 }) },
    [],
    [],
  ],
  [
    'bans and sizes of packets',
    { bans: [{ clientId: 'c', source: 'configuration' }], clients: [{ packetBytesMax: 9 }] },
    { bans: [{ clientId: 'c', source: 'configuration' }], clients: [{ packetBytesMax: 9 }] },
    [],
    [],
  ],
  [
    'users',
    { authentication: { ...USERS, users: 'other' }, anonymous: true },
    { authentication: { ...USERS, users: 'other' }, anonymous: true },
    [],
    [],
  ],
  [
    'the files of a certificate, and what goes with them',
    {
      listeners: [TCP, { ...TLS, cert: 'new.crt', key: 'new.key', crl: 'crl', minVersion: '1.3' }],
    },
    {
      listeners: [TCP, { ...TLS, cert: 'new.crt', key: 'new.key', crl: 'crl', minVersion: '1.3' }],
    },
    [],
    [],
  ],
  ['the order of listeners', { listeners: [TLS, TCP] }, {}, [], []],
  [
    'whether certificates are asked for, with a new file',
    { listeners: [TCP, { ...TLS, cert: 'new.crt', clientCertificate: 'require' }] },
    { listeners: [TCP, { ...TLS, cert: 'new.crt' }] },
    ['listeners: tls on 0.0.0.0:8883 is new', 'listeners: tls on 0.0.0.0:8883 stays'],
    [],
  ],
  [
    'a port',
    { listeners: [{ ...TCP, port: 1884 }, TLS] },
    {},
    ['listeners: tcp on 127.0.0.1:1884 is new', 'listeners: tcp on 127.0.0.1:1883 stays'],
    [],
  ],
  ['the file of rules', { authorization: 'b' }, { authorization: 'b' }, [], []],
  [
    'whether there are rules',
    { authorization: undefined },
    {},
    ['authorization stays as it is'],
    [],
  ],
  ['http', { http: undefined }, {}, ['http stays as it is'], []],
  ['storage', { storage: { memory: true } }, {}, ['storage stays as it is'], []],
  ['otlp', { otlp: OTLP }, {}, ['otlp stays as it is'], []],
  ['metrics', { metrics: { sysInterval: 1, topics: [] } }, {}, ['metrics stays as it is'], []],
  ['log.level', { logLevel: 'debug' }, { logLevel: 'debug' }, [], []],
  [
    'authentication, on a public address that the new file does not have',
    { authentication: undefined, listeners: [TCP] },
    { authentication: undefined },
    ['listeners: tls on 0.0.0.0:8883 stays'],
    [
      'tls stands on the public address 0.0.0.0:8883 until a restart: without authentication, '
        + 'everybody could connect',
    ],
  ],
  [
    'authentication, with everybody let in on purpose',
    { authentication: undefined, anonymous: true },
    { authentication: undefined, anonymous: true },
    [],
    [],
  ],
];

for (const [name, change, holds, restart, problems] of cases) {
  test(`reloadPlan() of ${name}`, () => {
    const { changes, ...plan } = reloadPlan(RUNNING, { ...RUNNING, ...change });
    assert.deepEqual(plan, { config: { ...RUNNING, ...holds }, restart, problems });
    assert.equal(changes.length > 0, Object.keys(holds).length > 0);
  });
}

test('reloadPlan() says what is another', () => {
  const { changes } = reloadPlan(RUNNING, {
    ...RUNNING,
    limits: limitsFrom({ inflightMax: 7, bansMax: 8 }),
    anonymous: true,
    listeners: [TCP, { ...TLS, cert: 'new.crt' }],
  });
  const { inflightMax, bansMax } = RUNNING.limits;
  assert.deepEqual(changes.toSorted(), [
    'anonymous is another',
    'certificates of tls on 0.0.0.0:8883',
    `limits.bansMax: ${bansMax} → 8`,
    `limits.inflightMax: ${inflightMax} → 7`,
  ]);
});
