import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { limitsFrom } from '../model/limits.js';
import type { BrokerConfig, StorageConfig } from './broker-config.js';
import { NO_CONFIG_FILE, parseConfigFile } from './config-file.js';
import type { FlagValues } from './options.js';
import { resolveConfig } from './resolve-config.js';

interface Said {
  flags?: FlagValues;
  env?: Record<string, string>;
  file?: string;
  /** The path of the file. */
  path?: string;
}

function resolve({ flags = {}, env = {}, file, path = 'm.yaml' }: Said) {
  const parsed = file === undefined ? NO_CONFIG_FILE : parseConfigFile(file, path);
  return resolveConfig({ flags, env, file: parsed });
}

function resolved(said: Said): BrokerConfig {
  const result = resolve(said);
  assert.ok(result.ok, JSON.stringify(result));
  return result.config;
}

function problems(said: Said): string[] {
  const result = resolve(said);
  return result.ok ? [] : result.problems.map(({ message }) => message);
}

/** `tcp 127.0.0.1:1883, ws 127.0.0.1:8083/mqtt` */
function listenersOf(said: Said): string {
  return resolved(said)
    .listeners.map(({ type, host, port, ...rest }) => {
      return `${type} ${host}:${port}${'path' in rest ? rest.path : ''}`;
    })
    .join(', ');
}

test('resolveConfig() needs nothing: loopback only, both listeners, HTTP, ./data', () => {
  assert.deepEqual(resolved({}), {
    listeners: [
      { type: 'tcp', host: '127.0.0.1', port: 1883, backlog: 1024, proxyProtocol: false },
      {
        type: 'ws',
        host: '127.0.0.1',
        port: 8083,
        path: '/mqtt',
        origins: undefined,
        backlog: 1024,
      },
    ],
    http: { host: '127.0.0.1', port: 18_083 },
    storage: { dir: './data', sync: 'always', syncIntervalMs: 1000 },
    limits: limitsFrom(),
    bans: [],
    clients: [],
    metrics: { sysInterval: 10, topics: [] },
    anonymous: false,
    authentication: undefined,
    authorization: undefined,
    otlp: undefined,
    logLevel: 'info',
  });
});

const twoTcp = 'listeners: [{ type: tcp, port: 1 }, { type: tcp, port: 2 }]';
const listenerCases: [rule: string, said: Said, expected: string][] = [
  ['moves a port', { flags: { port: '5' } }, 'tcp 127.0.0.1:5, ws 127.0.0.1:8083/mqtt'],
  ['takes port 0 for a port', { flags: { port: '0', noWs: true } }, 'tcp 127.0.0.1:0'],
  ['moves the host of all listeners', { flags: { host: '::1' } }, 'tcp ::1:1883, ws ::1:8083/mqtt'],
  ['uses the file instead of the defaults', { file: twoTcp }, 'tcp 127.0.0.1:1, tcp 127.0.0.1:2'],
  [
    'prefers the flag to the environment to the file',
    {
      flags: { port: '5' },
      env: { MAGPIE_PORT: '6', MAGPIE_WS_PORT: '7' },
      file: 'listeners: [{ type: tcp, port: 1 }, { type: ws, port: 2, path: /x }]',
    },
    'tcp 127.0.0.1:5, ws 127.0.0.1:7/x',
  ],
  [
    'adds a listener for a port whose type the file has not',
    { flags: { wsPort: '5' }, file: 'listeners: [{ type: tcp }]' },
    'tcp 127.0.0.1:1883, ws 127.0.0.1:5/mqtt',
  ],
  [
    'drops the WebSocket listeners of the file for --no-ws',
    { flags: { noWs: true }, file: 'listeners: [{ type: ws }, { type: tcp }]' },
    'tcp 127.0.0.1:1883',
  ],
  [
    'brings WebSocket back by a flag when the environment switched it off',
    { flags: { wsPort: '5' }, env: { MAGPIE_NO_WS: 'true' } },
    'tcp 127.0.0.1:1883, ws 127.0.0.1:5/mqtt',
  ],
];
for (const [rule, said, expected] of listenerCases) {
  test(`resolveConfig() ${rule}`, () => {
    assert.equal(listenersOf(said), expected);
  });
}

const tlsFile = `listeners:
  - { type: tls, cert: s.crt, key: /k/s.key, ca: ca.crt, crl: ca.crl, clientCertificate: require }
  - { type: wss, cert: s.crt, key: s.key, certificates: [{ cert: o.crt, key: o.key }] }
`;

test('resolveConfig() finds the files of TLS beside the file that names them', () => {
  const { listeners } = resolved({ file: tlsFile, path: '/etc/m.yaml' });
  const shared = { host: '127.0.0.1', backlog: 1024, minVersion: '1.2', ciphers: undefined };
  assert.deepEqual(listeners, [
    {
      ...shared,
      type: 'tls',
      port: 8883,
      cert: join('/etc', 's.crt'),
      key: '/k/s.key',
      certificates: [],
      ca: join('/etc', 'ca.crt'),
      crl: join('/etc', 'ca.crl'),
      clientCertificate: 'require',
    },
    {
      ...shared,
      type: 'wss',
      port: 8084,
      path: '/mqtt',
      origins: undefined,
      cert: join('/etc', 's.crt'),
      key: join('/etc', 's.key'),
      certificates: [{ cert: join('/etc', 'o.crt'), key: join('/etc', 'o.key') }],
      ca: undefined,
      crl: undefined,
      clientCertificate: 'none',
    },
  ]);
});

test('resolveConfig() writes origins as browsers do', () => {
  const { listeners } = resolved({
    file: 'listeners: [{ type: ws, origins: [HTTPS://A.Example] }]',
  });
  const [ws] = listeners;
  assert.ok(ws?.type === 'ws');
  assert.deepEqual(ws.origins, ['https://a.example']);
});

test('resolveConfig() takes bans, rules for clients and the packet size of a listener', () => {
  const file = `listeners: [{ type: tcp, clientPacketBytesMax: 2048 }]
bans:
  - { address: 192.0.2.0/24 }
  - { clientId: c, until: 2030-01-31T12:00:00Z, reason: loop }
clients: [{ clientIdPrefix: sensor-, packetBytesMax: 512 }]
`;
  const { listeners, bans, clients } = resolved({ file });
  assert.equal(listeners[0]?.clientPacketBytesMax, 2048);
  const untilMs = Date.UTC(2030, 0, 31, 12);
  assert.deepEqual(bans, [
    { address: '192.0.2.0/24', untilMs: undefined, source: 'configuration' },
    { clientId: 'c', reason: 'loop', untilMs, source: 'configuration' },
  ]);
  assert.deepEqual(clients, [{ clientIdPrefix: 'sensor-', packetBytesMax: 512 }]);
});

test('resolveConfig() hands one message in a hundred to a collector, unless told otherwise', () => {
  const otlpOf = (text: string) => {
    const resolved = resolve({ file: text });
    assert.ok(resolved.ok);
    return resolved.config.otlp;
  };
  assert.deepEqual(otlpOf('otlp: { url: http://c:4318 }'), {
    url: 'http://c:4318',
    headers: {},
    sample: 100,
    topic: undefined,
  });
  assert.equal(otlpOf('otlp: { url: http://c:4318, sample: 1 }')?.sample, 1);
});

test('resolveConfig() lets --port add a listener beside one of TLS', () => {
  const said = { file: tlsFile, flags: { port: '5', host: '::1' } };
  assert.equal(listenersOf(said), 'tls ::1:8883, wss ::1:8084/mqtt, tcp ::1:5');
});

const SECTION = `listeners:
  - { type: tls, host: 0.0.0.0, cert: c, key: k, ca: a, clientCertificate: request }
authentication:
  anonymous: false
  users: passwd
  certificate: { username: email }
  jwt: { jwks: keys.json, issuer: i }
  postgres: { url: "postgres://db", ca: ca.crt }
  redis: { url: "redis://r" }
  http: { url: "http://auth/", cache: 60 }
`;

test('resolveConfig() listens on a public address where clients say who they are', () => {
  const { authentication, anonymous } = resolved({ file: SECTION, path: '/etc/m.yaml' });
  assert.equal(anonymous, false);
  assert.deepEqual(authentication, {
    users: join('/etc', 'passwd'),
    certificate: { username: 'email' },
    jwt: {
      keys: { file: join('/etc', 'keys.json') },
      issuer: 'i',
      audience: undefined,
      usernameClaim: 'sub',
    },
    postgres: {
      url: 'postgres://db',
      query: 'SELECT password FROM users WHERE username = $1',
      tls: true,
      ca: join('/etc', 'ca.crt'),
      connectionsMax: 4,
      timeoutMs: 5000,
    },
    redis: {
      url: 'redis://r',
      ca: undefined,
      key: 'mqtt:user:%u',
      field: 'password',
      timeoutMs: 5000,
    },
    http: { url: 'http://auth/', timeoutMs: 5000, cacheMs: 60_000 },
  });
});

const SECRET = 's'.repeat(32);
const keyCases: [section: string, keys: object][] = [
  ['jwks: https://auth/keys', { url: 'https://auth/keys' }],
  [`secret: ${SECRET}`, { secret: SECRET }],
];
for (const [section, keys] of keyCases) {
  test(`resolveConfig() reads ${section}`, () => {
    const { authentication } = resolved({ file: `authentication: { jwt: { ${section} } }` });
    assert.deepEqual(authentication?.jwt?.keys, keys);
  });
}

const inDir = (dir: string) => ({ dir, sync: 'always', syncIntervalMs: 1000 }) as const;
const DEFAULT = inDir('./data');
const FLAG = inDir('f');
const DISK = 'storage: { dir: d }';
const MEMORY = 'storage: { memory: true }';
const storageCases: [rule: string, said: Said, expected: StorageConfig][] = [
  ['the directory of the flag', { flags: { dataDir: '../d' } }, inDir('../d')],
  ['the directory of the variable', { env: { MAGPIE_DATA_DIR: '/d' } }, inDir('/d')],
  ['the directory of the file', { file: DISK }, inDir('d')],
  ['memory by the flag', { flags: { memory: true }, file: DISK }, { memory: true }],
  ['memory by the variable', { env: { MAGPIE_MEMORY: '1' }, file: DISK }, { memory: true }],
  ['memory by the file', { file: MEMORY }, { memory: true }],
  ['the default where the file denies memory', { file: 'storage: { memory: false }' }, DEFAULT],
  ['the default where the section is empty', { file: 'storage: {}' }, DEFAULT],
  ['the flag before a variable', { flags: { dataDir: 'f' }, env: { MAGPIE_DATA_DIR: 'e' } }, FLAG],
  ['the flag before memory', { flags: { dataDir: 'f' }, env: { MAGPIE_MEMORY: '1' } }, FLAG],
  ['the flag before memory of the file', { flags: { dataDir: 'f' }, file: MEMORY }, FLAG],
  [
    'memory of the flag before the variable',
    { flags: { memory: true }, env: { MAGPIE_DATA_DIR: 'e' } },
    { memory: true },
  ],
  [
    'the default where the variable denies memory of the file',
    { env: { MAGPIE_MEMORY: 'false' }, file: MEMORY },
    DEFAULT,
  ],
  [
    'the directory of the file where the variable denies memory',
    { env: { MAGPIE_MEMORY: 'false' }, file: DISK },
    inDir('d'),
  ],
  [
    'a directory beside the file, wherever that is',
    { file: DISK, path: '../etc/m.yaml' },
    inDir(join('..', 'etc', 'd')),
  ],
  [
    'an absolute directory as it is',
    { file: 'storage: { dir: /d }', path: '/etc/m.yaml' },
    inDir('/d'),
  ],
  [
    'a directory of the working directory for a flag, wherever the file is',
    { flags: { dataDir: 'f' }, file: DISK, path: '/etc/m.yaml' },
    FLAG,
  ],
  [
    'another way to sync by the file',
    { file: 'storage: { sync: interval, syncInterval: 50 }' },
    { dir: './data', sync: 'interval', syncIntervalMs: 50 },
  ],
  [
    'the way of the flag before that of a variable',
    { flags: { sync: 'os' }, env: { MAGPIE_SYNC: 'interval', MAGPIE_SYNC_INTERVAL: '20' } },
    { dir: './data', sync: 'os', syncIntervalMs: 20 },
  ],
  [
    'the way of the variable before that of the file',
    { env: { MAGPIE_SYNC: 'always' }, file: 'storage: { sync: os, syncInterval: 50 }' },
    { dir: './data', sync: 'always', syncIntervalMs: 50 },
  ],
  ['the default of the working directory', { file: '', path: '/etc/m.yaml' }, DEFAULT],
  [
    'a directory, with its backups beside the file',
    { file: 'storage: { dir: d, backups: b }', path: '../m.yaml' },
    { ...inDir(join('..', 'd')), backups: join('..', 'b') },
  ],
];
for (const [rule, said, expected] of storageCases) {
  test(`resolveConfig() stores in ${rule}`, () => {
    assert.deepEqual(resolved(said).storage, expected);
  });
}

const scalarCases: [
  rule: string,
  said: Said,
  read: (config: BrokerConfig) => unknown,
  expected: unknown,
][] = [
  ['switches HTTP off', { flags: { noHttp: true } }, ({ http }) => http, undefined],
  [
    'moves the HTTP port, not its host',
    { flags: { httpPort: '0', host: '::1' } },
    ({ http }) => http,
    { host: '127.0.0.1', port: 0 },
  ],
  [
    'reads the HTTP host from the file',
    { file: 'http: { host: localhost }' },
    ({ http }) => http,
    { host: 'localhost', port: 18_083 },
  ],
  [
    'merges limits by name',
    {
      flags: { limit: ['inflightMax=1'] },
      env: { MAGPIE_LIMIT: 'inflightMax=2,sessionExpiry=2' },
      file: 'limits: { inflightMax: 3, sessionExpiry: 3, willBytesMax: 3 }',
    },
    ({ limits }) => [limits.inflightMax, limits.sessionExpiry, limits.willBytesMax],
    [1, 2, 3],
  ],
  ['reads the log level', { file: 'log: { level: warn }' }, ({ logLevel }) => logLevel, 'warn'],
  [
    'prefers the variable to the log level of the file',
    { file: 'log: { level: warn }', env: { MAGPIE_LOG_LEVEL: 'debug' } },
    ({ logLevel }) => logLevel,
    'debug',
  ],
  [
    'lets everybody in by the file',
    { file: 'authentication: { anonymous: true }', flags: { host: '0.0.0.0' } },
    ({ anonymous }) => anonymous,
    true,
  ],
  [
    'lets the flag win over the file that denies',
    { file: 'authentication: { anonymous: false }', flags: { allowAnonymous: true } },
    ({ anonymous }) => anonymous,
    true,
  ],
];
for (const [rule, said, read, expected] of scalarCases) {
  test(`resolveConfig() ${rule}`, () => {
    assert.deepEqual(read(resolved(said)), expected);
  });
}

const PUBLIC =
  'is a public address and no authentication is configured: listen on 127.0.0.1, or let everybody '
  + 'in with --allow-anonymous (in magpie.yaml: authentication: { anonymous: true })';
const NOBODY =
  'leaves nobody who may connect: add users, certificate, jwt, postgres, redis or http, leave it '
  + 'out (loopback '
  + 'addresses only) or set it to true';

const badCases: [rule: string, said: Said, expected: string[]][] = [
  ['a public host', { flags: { host: '0.0.0.0' } }, [`--host 0.0.0.0 ${PUBLIC}`]],
  ['a public host by variable', { env: { MAGPIE_HOST: '::' } }, [`MAGPIE_HOST=:: ${PUBLIC}`]],
  [
    'public hosts of the file',
    { file: 'listeners:\n  - { type: tcp, host: mq.example }\nhttp: { host: 10.0.0.1 }\n' },
    [
      `m.yaml:2:24: listeners[0].host mq.example ${PUBLIC}`,
      `m.yaml:3:15: http.host 10.0.0.1 ${PUBLIC}`,
    ],
  ],
  [
    'nobody who may connect',
    { file: 'authentication: { anonymous: false }' },
    [`m.yaml:1:30: authentication.anonymous false ${NOBODY}`],
  ],
  [
    'nobody who may connect by variable',
    { env: { MAGPIE_ALLOW_ANONYMOUS: 'false' } },
    [`MAGPIE_ALLOW_ANONYMOUS=false ${NOBODY}`],
  ],
  [
    'users by certificates that nobody asks for',
    { file: 'authentication: { certificate: { username: CN } }' },
    [
      'm.yaml:1:32: authentication.certificate needs a listener of type tls or wss with '
        + 'clientCertificate',
    ],
  ],
  [
    'a port that could mean two listeners',
    { file: twoTcp, flags: { port: '5' } },
    ['--port 5 could mean any of 2 tcp listeners of m.yaml: set their ports there'],
  ],
  [
    'nothing to listen on',
    { file: 'listeners: [{ type: ws }]', flags: { noWs: true } },
    ['--no-ws leaves no listener: add one of type tcp, or --port'],
  ],
  [
    'a port of our own used twice',
    { flags: { port: '8083' } },
    ['Port 8083 on 127.0.0.1 is wanted by two listeners: tcp and ws'],
  ],
  [
    'everything of all sources at once',
    { flags: { port: 'x' }, env: { MAGPIE_HOST: '', MAGPIE_NO_WS: '2' }, file: 'htp: {}' },
    [
      '--port must be an integer from 0 to 65535: current value is x',
      'MAGPIE_NO_WS must be true or false: current value is 2',
      'm.yaml:1:1: htp is not a known key: did you mean http?',
    ],
  ],
];
for (const [rule, said, expected] of badCases) {
  test(`resolveConfig() refuses ${rule}`, () => {
    assert.deepEqual(problems(said), expected);
  });
}

test('resolveConfig() warns of misspelt variables and goes on', () => {
  const result = resolve({ env: { MAGPIE_HOTS: 'x' } });
  assert.ok(result.ok);
  assert.deepEqual(result.warnings, [
    'MAGPIE_HOTS is not a known variable: did you mean MAGPIE_HOST?',
  ]);
});

test('resolveConfig() sees the access rules from the folder of the file', () => {
  const file = parseConfigFile('authorization: acl.yaml\n', 'etc/magpie.yaml');
  const resolved = resolveConfig({ flags: {}, env: {}, file });
  assert.equal(resolved.ok && resolved.config.authorization, join('etc', 'acl.yaml'));
});
