import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseConfigFile } from './config-file.js';

/** All that can be wrong in one text, so that the order and the completeness are seen too. */
const BAD = `listeners:
  - { type: tcp, hots: 0.0.0.0, port: 70000 }
  - { type: tls, port: 8883, cert: server.crt }
  - { port: 12 }
  - hello
  - { type: ws, path: mqtt, prot: 1 }
http: { port: x }
storage: { dri: ./data, sync: never }
authentication:
  anonymous: yes
  users: [passwd]
authorisation: acl
authorization: [acl.yaml]
limits:
  packetbytesMax: 5
  inflightMax: 0
  queueFullPolicy: drop
log: info
`;
const BAD_REPORT = [
  '2:18: listeners[0].hots is not a known key: did you mean host?',
  '2:39: listeners[0].port must be an integer from 0 to 65535: current value is 70000',
  '3:5: listeners[1].key must be the path of a file: it is missing',
  '4:5: listeners[2].type must be one of tcp, tls, ws, wss: it is missing',
  '5:5: listeners[3] must be a table of keys: current value is hello',
  '6:23: listeners[4].path must be a path that begins with /, without query or spaces: '
    + 'current value is mqtt',
  '6:29: listeners[4].prot is not a known key: did you mean port?',
  '7:15: http.port must be an integer from 0 to 65535: current value is x',
  '8:12: storage.dri is not a known key: did you mean dir?',
  '8:31: storage.sync must be one of always, interval, os: current value is never',
  '10:14: authentication.anonymous must be true or false: current value is yes',
  '11:10: authentication.users must be the path of a file: current value is a list',
  '12:1: authorisation is not a known key: did you mean authorization?',
  '13:16: authorization must be the path of a file: current value is a list',
  '15:3: limits.packetbytesMax is not a known key: did you mean packetBytesMax?',
  '16:16: limits.inflightMax must be an integer from 1 to 32767 (messages): current value is 0',
  '17:20: limits.queueFullPolicy must be one of drop-newest, drop-oldest, disconnect: '
    + 'current value is drop',
  '18:6: log must be a table of keys: current value is info',
];

function report(text: string): string[] {
  return parseConfigFile(text, 'm.yaml').problems.map(({ message }) => message);
}

test('parseConfigFile() reports everything at once, in the order of the lines', () => {
  assert.deepEqual(
    report(BAD),
    BAD_REPORT.map((line) => `m.yaml:${line}`),
  );
});

const broken: [name: string, text: string, expected: string[]][] = [
  ['a key given twice', 'http: {}\nhttp: {}\n', ['m.yaml:2:1: Map keys must be unique']],
  [
    'a list that does not end',
    'listeners: [1\n',
    ['m.yaml:2:1: Flow sequence in block collection'],
  ],
  ['a tab for indentation', 'http:\n\tport: 1\n', ['m.yaml:2:1: Tabs are not allowed']],
  ['two documents', 'http: {}\n---\nhttp: {}\n', ['m.yaml:2:1: Source contains multiple']],
  ['an unknown tag', 'http: !secret x\n', ['m.yaml:1:7: Unresolved tag: !secret']],
  ['an alias that leads nowhere', 'http: *x\n', ['m.yaml: Unresolved alias']],
  ['a text instead of keys', 'hello\n', ['m.yaml:1:1: The file must be a table of keys']],
  ['a list instead of keys', '- a\n', ['m.yaml:1:1: The file must be a table of keys']],
  ['no listener in the list', 'listeners: []\n', ['m.yaml:1:12: listeners must be a list of at']],
  ['a listener that is null', 'listeners: [~]\n', ['m.yaml:1:13: listeners[0] must be a table']],
  [
    'a section that is null',
    'http:\n',
    ['m.yaml:1:6: http must be a table of keys: current value'],
  ],
  ['a fraction of a port', 'http: { port: 1.5 }', ['m.yaml:1:15: http.port must be an integer']],
  ['a port that is not a number', 'http: { port: .nan }', ['m.yaml:1:15: http.port must be an']],
  ['a negative port', 'http: { port: -1 }', ['m.yaml:1:15: http.port must be an integer from 0']],
  ['a host with a port', 'http: { host: "a:1" }', ['m.yaml:1:15: http.host must be a host name']],
  ['an empty host', 'http: { host: "" }', ['m.yaml:1:15: http.host must be a host name or an IP']],
  ['a host that is a number', 'http: { host: 1 }', ['m.yaml:1:15: http.host must be a host name']],
  [
    'storage on disk and in memory',
    'storage: { memory: true, dir: x }',
    ['m.yaml:1:20: storage.memory must be false or left out beside storage.dir: current value is'],
  ],
  ['an empty path', 'storage: { dir: "" }', ['m.yaml:1:17: storage.dir must be the path of a']],
  [
    'client certificates without an authority',
    'listeners: [{ type: tls, cert: c, key: k, clientCertificate: request }]',
    ['m.yaml:1:13: listeners[0].ca must be given where client certificates are asked for: it is'],
  ],
  [
    'a revocation list without an authority',
    'listeners: [{ type: wss, cert: c, key: k, crl: l }]',
    ['m.yaml:1:13: listeners[0].ca must be given beside crl: it is missing'],
  ],
  [
    'a version of TLS that is a number',
    'listeners: [{ type: tls, cert: c, key: k, minVersion: 1.2 }]',
    ['m.yaml:1:55: listeners[0].minVersion must be one of "1.2", "1.3": current value is 1.2'],
  ],
  [
    'a further certificate without its key',
    'listeners: [{ type: tls, cert: c, key: k, certificates: [{ cert: d }] }]',
    ['m.yaml:1:58: listeners[0].certificates[0].key must be the path of a file: it is missing'],
  ],
  [
    'an interval that is too short',
    'storage: { syncInterval: 9 }',
    ['m.yaml:1:26: storage.syncInterval must be an integer from 10 to 60000 (ms): current value'],
  ],
  [
    'an interval of $SYS that is too long, and topics that are none',
    'metrics: { sysInterval: 86401, topics: [a/+, "a/#/b", "$share/g/a"] }',
    [
      'm.yaml:1:25: metrics.sysInterval must be an integer from 0 to 86400 (s): current value is',
      'm.yaml:1:46: metrics.topics[1] must be a topic filter, without $share: current value is',
      'm.yaml:1:55: metrics.topics[2] must be a topic filter, without $share: current value is',
    ],
  ],
  [
    'topics that stand there twice',
    'metrics: { topics: [a, b, a] }',
    ['m.yaml:1:20: metrics.topics must be a list without repetitions'],
  ],
  [
    'a collector that is none',
    'otlp: { url: "collector:4318", sample: 0, topic: a/#/b, headers: { "a b": c } }',
    [
      'm.yaml:1:14: otlp.url must be the address of a collector, with http or https: current',
      'm.yaml:1:40: otlp.sample must be an integer from 1 to 1000000: current value is 0',
      'm.yaml:1:50: otlp.topic must be a topic filter: current value is a/#/b',
      'm.yaml:1:66: otlp.headers must be names and values that HTTP can carry: current value is',
    ],
  ],
  ['a path with a NUL', 'storage: { dir: "a\\0" }', ['m.yaml:1:17: storage.dir must be the path']],
  ['a path that is a number', 'storage: { dir: 5 }', ['m.yaml:1:17: storage.dir must be the path']],
  [
    'a switch that is a word',
    'storage: { memory: on }',
    ['m.yaml:1:20: storage.memory must be true or false: current value is on'],
  ],
  [
    'a key of an object itself',
    '__proto__: { a: 1 }',
    ['m.yaml:1:1: __proto__ is not a known key'],
  ],
  [
    'a limit of the prototype',
    'limits: { toString: 1 }',
    ['m.yaml:1:11: limits.toString is not a'],
  ],
  ['a key that is a number', '1: x', ['m.yaml:1:1: 1 is not a known key']],
  ['a key with controls', '"a\\e[2J": x', ['m.yaml:1:1: a\\u001b[2J is not a known key']],
  [
    'a value reached through an alias',
    'listeners:\n  - &a { type: tcp, port: x }\n  - *a\n',
    ['m.yaml:2:27: listeners[0].port must be', 'm.yaml:3:5: listeners[1].port must be'],
  ],
];
for (const [name, text, expected] of broken) {
  test(`parseConfigFile() places ${name}`, () => {
    const lines = report(text);
    assert.equal(lines.length, expected.length, lines.join('\n'));
    for (const [index, start] of expected.entries()) {
      const line = lines[index] ?? '';
      assert.ok(line.startsWith(start), line);
      assert.doesNotMatch(line, /\n/);
    }
  });
}

test('parseConfigFile() refuses aliases that multiply beyond reason', () => {
  const levels = Array.from({ length: 9 }, (_, n) => {
    return `a${n + 1}: &a${n + 1} [${Array(9).fill(`*a${n}`).join(', ')}]`;
  });
  const [line] = report(`a0: &a0 [x]\n${levels.join('\n')}\n`);
  assert.match(line ?? '', /^m\.yaml: Excessive alias count/);
});

const good: [name: string, text: string, expected: object][] = [
  ['an empty file', '', {}],
  ['a file of comments', '# nothing\n', {}],
  ['an explicit null', '~\n', {}],
  ['an empty table', '{}', {}],
  ['an IPv6 address', 'http: { host: "::1" }', { http: { host: '::1' } }],
  ['a directory', 'storage: { dir: ./d }', { storage: { dir: './d' } }],
  [
    'a way to sync',
    'storage: { sync: interval, syncInterval: 10 }',
    { storage: { sync: 'interval', syncInterval: 10 } },
  ],
  [
    'a directory and no memory',
    'storage: { dir: d, memory: false }',
    { storage: { dir: 'd', memory: false } },
  ],
  [
    'what is measured',
    'metrics: { sysInterval: 0, topics: ["#", $SYS/#] }',
    { metrics: { sysInterval: 0, topics: ['#', '$SYS/#'] } },
  ],
  [
    'a collector',
    'otlp: { url: "https://c:4318", headers: { authorization: Bearer x }, sample: 10, topic: "a/#" }',
    {
      otlp: {
        url: 'https://c:4318',
        headers: { authorization: 'Bearer x' },
        sample: 10,
        topic: 'a/#',
      },
    },
  ],
  ['a limit', 'limits: { inflightMax: 5 }', { limits: { inflightMax: 5 } }],
  [
    'all keys',
    `listeners:
  - { type: tcp, host: 0.0.0.0, port: 1883, backlog: 5, proxyProtocol: true }
  - { type: ws, port: 0, path: / }
http: { host: localhost, port: 0 }
storage: { memory: true }
authentication: { anonymous: true }
limits: { queueFullPolicy: drop-oldest }
log: { level: debug }
`,
    {
      listeners: [
        { type: 'tcp', host: '0.0.0.0', port: 1883, backlog: 5, proxyProtocol: true },
        { type: 'ws', port: 0, path: '/' },
      ],
      http: { host: 'localhost', port: 0 },
      storage: { memory: true },
      authentication: { anonymous: true },
      limits: { queueFullPolicy: 'drop-oldest' },
      log: { level: 'debug' },
    },
  ],
];
for (const [name, text, expected] of good) {
  test(`parseConfigFile() reads ${name}`, () => {
    const { values, problems } = parseConfigFile(text, 'm.yaml');
    assert.deepEqual(problems, []);
    assert.deepEqual(values, expected);
  });
}

test('parseConfigFile() locates a value, or the nearest thing around one that is not there', () => {
  const file = parseConfigFile('listeners:\n  - type: tcp\n    port: 5\n', 'm.yaml');
  assert.equal(file.locate(['listeners', 0, 'port']), 'm.yaml:3:11: listeners[0].port');
  assert.equal(file.locate(['listeners', 0, 'host']), 'm.yaml:2:5: listeners[0].host');
  assert.equal(file.locate(['http', 'host']), 'm.yaml:1:1: http.host');
});
