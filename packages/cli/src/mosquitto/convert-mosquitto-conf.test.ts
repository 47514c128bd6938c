import assert from 'node:assert/strict';
import { test } from 'node:test';
import { convertMosquittoConf, type WrittenConfig } from './convert-mosquitto-conf.js';
import { parseMosquittoConf } from './parse-mosquitto-conf.js';

const convert = (lines: readonly string[]) => {
  return convertMosquittoConf(parseMosquittoConf(lines.join('\n'), 'm'));
};

const TCP = { type: 'tcp', host: '0.0.0.0', port: 1883 } as const;
const MEMORY = { memory: true } as const;
const NOBODY = { authentication: { anonymous: false } };
const EVERYBODY = { authentication: { anonymous: true } };
const OPEN = ['listener 1883', 'allow_anonymous true'];

/** Lines, and what comes out beside `listeners: [TCP]`, `storage: MEMORY` and `anonymous: true`. */
const cases: readonly (readonly [
  name: string,
  lines: readonly string[],
  expected: Partial<WrittenConfig>,
  notes: readonly string[],
])[] = [
  [
    'nothing: for this machine alone, and everybody on it',
    [],
    { listeners: [{ ...TCP, host: '127.0.0.1' }], storage: MEMORY },
    [],
  ],
  [
    'a listener, to which nobody may come',
    ['listener 1884 192.0.2.1'],
    { listeners: [{ ...TCP, host: '192.0.2.1', port: 1884 }], ...NOBODY },
    [
      ' nobody may connect: there is neither password_file nor allow_anonymous true. '
        + 'Add users with magpie passwd',
    ],
  ],
  [
    'port and bind_address',
    ['port 1885', 'bind_address ::1', ...OPEN.slice(1)],
    {
      listeners: [{ ...TCP, host: '::1', port: 1885 }],
      ...EVERYBODY,
    },
    [],
  ],
  [
    'WebSocket',
    [...OPEN, 'listener 9001', 'protocol websockets'],
    { listeners: [TCP, { type: 'ws', host: '0.0.0.0', port: 9001 }], ...EVERYBODY },
    ['m:3 clients of WebSocket have to come to the path /mqtt'],
  ],
  [
    'TLS with client certificates',
    [
      'listener 8883',
      'cafile ca.crt',
      'certfile s.crt',
      'keyfile s.key',
      'crlfile l.crl',
      'require_certificate true',
      'use_identity_as_username true',
      'tls_version tlsv1.3',
      'ciphers A:B',
    ],
    {
      listeners: [
        {
          type: 'tls',
          host: '0.0.0.0',
          port: 8883,
          cert: 's.crt',
          key: 's.key',
          ca: 'ca.crt',
          crl: 'l.crl',
          ciphers: 'A:B',
          clientCertificate: 'require',
          minVersion: '1.3',
        },
      ],
      authentication: { certificate: { username: 'CN' } },
    },
    [],
  ],
  [
    'TLS of an old version, over WebSocket',
    [
      ...OPEN.slice(1),
      'listener 8884',
      'protocol websockets',
      'certfile s.crt',
      'tls_version tlsv1.1',
    ],
    {
      listeners: [{ type: 'wss', host: '0.0.0.0', port: 8884, cert: 's.crt', key: 's.crt' }],
      ...EVERYBODY,
    },
    [
      'm:5 tls_version tlsv1.1: 1.2 is the least',
      'm:2 clients of WebSocket have to come to the path /mqtt',
    ],
  ],
  ['users', ['listener 1883', 'password_file passwd'], { authentication: { users: 'passwd' } }, []],
  [
    'users beside everybody',
    [...OPEN, 'password_file passwd'],
    { authentication: { anonymous: true, users: 'passwd' } },
    [],
  ],
  [
    'persistence',
    [...OPEN, 'persistence true', 'persistence_location /var/lib/mosquitto/'],
    { storage: { dir: './data' }, ...EVERYBODY },
    [
      'm:4 persistence_location /var/lib/mosquitto/: data is kept in ./data (storage.dir), and '
        + 'what mosquitto has stored is not taken over: retained messages and sessions begin anew',
    ],
  ],
  [
    'limits',
    [
      ...OPEN,
      'max_connections 100',
      'max_queued_messages 500',
      'max_queued_bytes 0',
      'max_inflight_messages 0',
      'max_packet_size 2000',
      'persistent_client_expiration 2w',
    ],
    {
      limits: {
        connectionsMax: 100,
        queuedMessagesMax: 500,
        queuedBytesMax: Number.MAX_SAFE_INTEGER,
        inflightMax: 32_767,
        packetBytesMax: 2000,
        sessionExpiry: 1_209_600,
      },
      ...EVERYBODY,
    },
    [],
  ],
  ['an interval', [...OPEN, 'sys_interval 60'], { metrics: { sysInterval: 60 }, ...EVERYBODY }, []],
  [
    'limits that are others here',
    [
      ...OPEN,
      'max_connections -1',
      'max_inflight_messages 65000',
      'message_size_limit 1000',
      'persistent_client_expiration soon',
      'max_queued_messages many',
    ],
    { limits: { inflightMax: 32_767, packetBytesMax: 66_544 }, ...EVERYBODY },
    [
      'm:4 max_inflight_messages 65000: limits.inflightMax is 32767, from 1 to 32767',
      'm:5 message_size_limit: limits.packetBytesMax is about the whole packet, 66544',
      'm:6 soon is no time such as 2h, 14d or 3m',
      'm:7 max_queued_messages many: it must be a number, not converted',
    ],
  ],
  [
    'connections of several listeners',
    [...OPEN, 'max_connections 5', 'listener 1884', 'max_connections 6'],
    { listeners: [TCP, { ...TCP, port: 1884 }], limits: { connectionsMax: 11 }, ...EVERYBODY },
    ['m:1 max_connections: limits.connectionsMax is 11, for all listeners together'],
  ],
  [
    'connections of one listener of several',
    [...OPEN, 'listener 1884', 'max_connections 6'],
    { listeners: [TCP, { ...TCP, port: 1884 }], ...EVERYBODY },
    ['m:3 max_connections: limits.connectionsMax is not set, it is about all listeners together'],
  ],
  [
    'settings of each listener, where they are the same',
    [
      'per_listener_settings true',
      'listener 1883',
      'password_file p',
      'listener 1884',
      'password_file p',
    ],
    { listeners: [TCP, { ...TCP, port: 1884 }], authentication: { users: 'p' } },
    [],
  ],
  [
    'a socket of the file system',
    [...OPEN, 'listener 0 /run/mosquitto.sock'],
    EVERYBODY,
    ['m:3 listener 0 /run/mosquitto.sock: left out, there are no sockets but those with a port'],
  ],
  [
    'what is not there',
    [
      ...OPEN,
      'mount_point x/',
      'connection b',
      'remote_password secret',
      'nonsense 1',
      'plugin p.so',
    ],
    EVERYBODY,
    [
      'm:3 mount_point x/: not converted, topics are the same at every listener',
      'm:4 connection b: not converted, there are no bridges to other brokers',
      'm:5 remote_password: not converted, there are no bridges',
      'm:6 nonsense is not known: not converted',
      'm:7 plugin: not converted, plugins cannot be loaded: see authentication.http for logins',
    ],
  ],
  ['what needs nothing', [...OPEN, 'user mosquitto', 'pid_file /run/m.pid'], EVERYBODY, []],
];

for (const [name, lines, expected, notes] of cases) {
  test(`convertMosquittoConf() of ${name}`, () => {
    const converted = convert(lines);
    assert.deepEqual(converted.problems, []);
    assert.deepEqual(converted.config, { listeners: [TCP], storage: MEMORY, ...expected });
    const told = converted.notes.map(({ place, text }) => `${place} ${text}`);
    assert.deepEqual(told, notes);
  });
}

test('convertMosquittoConf() refuses listeners that let in others than each other', () => {
  const global = ['listener 1883', 'password_file p', 'listener 1884', 'allow_anonymous true'];
  assert.deepEqual(convert(global).problems, []);
  const [problem, ...more] = convert(['per_listener_settings true', ...global]).problems;
  assert.equal(more.length, 0);
  assert.match(`${problem?.place} ${problem?.text}`, /^m:4 this listener lets in others/);
});

test('convertMosquittoConf() names the file of access rules with its line', () => {
  const { aclFile } = convert([...OPEN, 'acl_file /etc/acl']);
  assert.deepEqual(aclFile, { name: 'acl_file', value: '/etc/acl', place: 'm:3' });
});
