import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { createBroker, limitsFrom } from '@magpie/broker';
import {
  type AuthenticationConfig,
  type BrokerConfig,
  type ListenerConfig,
  LmdbStore,
} from '@magpie/broker/server';
import { connect } from '@magpie/client';
import { arrayLog, type LogLine } from '../command.testing.js';
import { RecoveryReport } from '../recovery-report.js';
import { serve } from './serve.js';
import { ServeFailure } from './serve-failure.js';

const TCP: ListenerConfig = {
  type: 'tcp',
  host: '127.0.0.1',
  port: 0,
  backlog: 16,
  proxyProtocol: false,
};
const TLS: ListenerConfig = {
  type: 'tls',
  host: '127.0.0.1',
  port: 0,
  backlog: 16,
  cert: 'none.crt',
  key: 'none.key',
  certificates: [],
  ca: undefined,
  crl: undefined,
  clientCertificate: 'none',
  minVersion: '1.2',
  ciphers: undefined,
};
const BASE: BrokerConfig = {
  listeners: [TCP],
  http: { host: '127.0.0.1', port: 0 },
  storage: { memory: true },
  limits: limitsFrom(),
  bans: [],
  clients: [],
  metrics: { sysInterval: 10, topics: [] },
  anonymous: false,
  authentication: undefined,
  authorization: undefined,
  otlp: undefined,
  logLevel: 'info',
};

/** Serves and returns the log lines; what stands is closed with the test. */
async function served(
  t: TestContext,
  config: BrokerConfig,
  lines: LogLine[] = [],
  tell: (line: string) => void = () => {},
) {
  const log = arrayLog((line) => void lines.push(line));
  const recovery = new RecoveryReport(log, undefined);
  const { signal } = new AbortController();
  const readConfig = () => Promise.reject(new Error('not asked for'));
  const options = { log, version: '1.2.3', signal, recovery, readConfig, tell };
  const running = await serve(config, options);
  assert.ok(running !== undefined);
  t.after(() => running.close());
  const portOf = (name: string) => {
    return Number(lines.find(({ listener }) => listener === name)?.['port']);
  };
  return { running, lines, portOf };
}

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'magpie-serve-'));
  t.after(() => rm(path, { recursive: true }));
  return path;
}

/** A directory with a retained message in it. */
async function dirWith(payload: string, dir: string): Promise<string> {
  await using broker = await createBroker({ store: await LmdbStore.open(dir) });
  await broker.publish({ topic: 'a', payload, qos: 1, retain: true });
  return dir;
}

async function takenPort(t: TestContext): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

test('serve() logs address and port as bound, and the path of WebSocket', async (t) => {
  const ws: ListenerConfig = {
    type: 'ws',
    host: '127.0.0.1',
    port: 0,
    path: '/x',
    origins: undefined,
    backlog: 16,
  };
  const { lines } = await served(t, { ...BASE, listeners: [TCP, ws] });
  const listening = lines.filter(({ msg }) => msg === 'listening');
  assert.deepEqual(
    listening.map(({ listener, host, path }) => ({ listener, host, path })),
    [
      { listener: 'http', host: '127.0.0.1', path: undefined },
      { listener: 'tcp', host: '127.0.0.1', path: undefined },
      { listener: 'ws', host: '127.0.0.1', path: '/x' },
    ],
  );
  for (const { port } of listening) assert.ok(Number(port) > 0);
});

test('serve() shows readiness and the metrics of the broker over HTTP', async (t) => {
  const { portOf } = await served(t, BASE);
  const url = `http://127.0.0.1:${portOf('http')}`;
  assert.equal((await fetch(`${url}/health/ready`)).status, 200);
  const metrics = await (await fetch(`${url}/metrics`)).text();
  assert.match(metrics, /^magpie_info\{version="1\.2\.3"\} 1$/m);
  assert.match(metrics, /^magpie_connections 0$/m);
  assert.match(metrics, /^process_resident_memory_bytes [1-9]\d+$/m);
  assert.doesNotMatch(metrics, /undefined|NaN/);
});

test('serve() tells the first password once, beside the log, and answers the API', async (t) => {
  const dir = join(await folder(t), 'data');
  const told: string[] = [];
  const config = { ...BASE, storage: { dir, sync: 'always', syncIntervalMs: 1000 } } as const;
  const first = await served(t, config, [], (line) => void told.push(line));
  const [, password = ''] = /password of admin is (\S+) /.exec(told.join('\n')) ?? [];
  const ask = (path: string, init?: RequestInit) =>
    fetch(`http://127.0.0.1:${first.portOf('http')}/api/v1${path}`, init);
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ username: 'admin', password });
  assert.equal((await ask('/login', { method: 'POST', headers, body })).status, 200);
  const token = (await readFile(join(dir, 'admin-token'), 'utf8')).trim();
  const authorization = `Bearer ${token}`;
  assert.equal((await ask('/clients', { headers: { authorization } })).status, 200);
  assert.equal((await ask('/clients')).status, 401);
  assert.ok(!JSON.stringify(first.lines).includes(password));
  await first.running.close();
  await served(t, config, [], (line) => void told.push(line));
  assert.equal(told.length, 1);
});

test('serve() says nothing about loopback when everybody was let in on purpose', async (t) => {
  const { lines } = await served(t, { ...BASE, anonymous: true });
  assert.doesNotMatch(lines.map(({ msg }) => msg).join(), /authentication|everybody/);
});

const CERTIFICATES: AuthenticationConfig = {
  users: undefined,
  certificate: { username: 'CN' },
  jwt: undefined,
  postgres: undefined,
  redis: undefined,
  http: undefined,
};

test('serve() says who can read the metrics where clients have to say who they are', async (t) => {
  const config = { ...BASE, authentication: CERTIFICATES };
  assert.doesNotMatch((await served(t, config)).lines.map(({ msg }) => msg).join(), /everybody/);
  const { lines } = await served(t, { ...config, http: { host: '0.0.0.0', port: 0 } });
  assert.match(lines.map(({ msg }) => msg).join(), /everybody .* may read health and metrics/);
});

test('Running.close() frees every port', async (t) => {
  const { running, portOf } = await served(t, BASE);
  const ports = [portOf('tcp'), portOf('http')];
  await running.close();
  for (const port of ports) {
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    server.close();
  }
});

const refusals: [
  rule: string,
  change: (port: number) => Partial<BrokerConfig>,
  expected: RegExp,
][] = [
  [
    'a port in use',
    (port) => ({ listeners: [TCP, { ...TCP, port }] }),
    /^Cannot listen for tcp on 127\.0\.0\.1:\d+: the port is in use by another process$/,
  ],
  [
    'an HTTP port in use',
    (port) => ({ http: { host: '127.0.0.1', port } }),
    /^Cannot listen for http on 127\.0\.0\.1:\d+: the port is in use by another process$/,
  ],
  [
    'an address of another machine',
    () => ({ listeners: [{ ...TCP, host: '192.0.2.1' }] }),
    /^Cannot listen for tcp on 192\.0\.2\.1:0: this machine does not have the address$/,
  ],
  [
    'a user file that is not there',
    () => ({ authentication: { ...CERTIFICATES, users: 'none.passwd' } }),
    /^Cannot read the user file none\.passwd: there is no such file$/,
  ],
  [
    'a certificate that is not there',
    () => ({ listeners: [TCP, TLS] }),
    /^Cannot listen for tls on 127\.0\.0\.1:0: Cannot read the certificate none\.crt: there is no/,
  ],
];
for (const [rule, change, expected] of refusals) {
  test(`serve() refuses ${rule} and closes what already stood`, async (t) => {
    const lines: LogLine[] = [];
    const config = { ...BASE, ...change(await takenPort(t)) };
    await assert.rejects(served(t, config, lines), (error) => {
      assert.ok(error instanceof ServeFailure);
      assert.match(error.message, expected);
      return true;
    });
    for (const { msg, port } of lines) {
      if (msg !== 'listening') continue;
      const server = createServer().listen(Number(port), '127.0.0.1');
      await once(server, 'listening');
      server.close();
    }
  });
}

function onDisk(dir: string): BrokerConfig['storage'] {
  return { dir, sync: 'always', syncIntervalMs: 1000 };
}

const WARNINGS = {
  interval: 'do not wait for the disk: a loss of power takes those of the last 50 ms',
  os: 'do not wait for the disk: after a loss of power the store is not opened any more',
};
for (const sync of ['interval', 'os'] as const) {
  test(`serve() warns that acknowledgements do not wait for the disk: ${sync}`, async (t) => {
    const dir = join(await folder(t), 'data');
    const storage = { dir, sync, syncIntervalMs: 50 };
    const { lines, running } = await served(t, { ...BASE, storage });
    const told = lines.find(
      ({ msg }) => msg === `storage: ${dir}, acknowledgements ${WARNINGS[sync]}`,
    );
    assert.deepEqual([told?.['level'], told?.['sync']], ['warn', sync]);
    await running.close();
    await (await LmdbStore.open(dir))[Symbol.asyncDispose]();
  });
}

test('serve() loads what the data directory holds before it listens, and says so', async (t) => {
  const dir = await dirWith('hello', join(await folder(t), 'new', 'data'));
  const { lines, running } = await served(t, { ...BASE, storage: onDisk(dir) });
  const told = lines.findIndex(({ msg }) => {
    return msg === `storage: ${dir}, acknowledgements wait for the disk`;
  });
  assert.deepEqual(lines[told], { ...lines[told], dir, sessions: 0, retainedMessages: 1 });
  assert.ok(told < lines.findIndex(({ msg }) => msg === 'listening'));
  await running.close();
  await (await LmdbStore.open(dir))[Symbol.asyncDispose]();
});

test('serve() listens to nothing when it is told to end before the store is open', async (t) => {
  const dir = await dirWith('hello', join(await folder(t), 'data'));
  const lines: LogLine[] = [];
  const log = arrayLog((line) => void lines.push(line));
  let ended = false;
  const bar = { show: () => {}, end: () => void (ended = true) };
  const recovery = new RecoveryReport(log, bar);
  const readConfig = () => Promise.reject(new Error('not asked for'));
  const signal = AbortSignal.abort('SIGTERM');
  const options = { log, version: '1.2.3', signal, recovery, readConfig, tell: () => {} };
  assert.equal(await serve({ ...BASE, storage: onDisk(dir) }, options), undefined);
  assert.deepEqual([lines, ended], [[], true]);
  await (await LmdbStore.open(dir))[Symbol.asyncDispose]();
});

const unusable: [
  rule: string,
  make: (t: TestContext, dir: string) => Promise<string>,
  expected: RegExp,
][] = [
  [
    'a file',
    async (_, dir) => {
      await writeFile(dir, 'hello');
      return dir;
    },
    /^Cannot use the data directory \S+: there is something of that name that is no directory$/,
  ],
  [
    'a directory below a file',
    async (_, dir) => {
      await writeFile(dir, 'hello');
      return join(dir, 'data');
    },
    /^Cannot use the data directory \S+: something in its path is no directory$/,
  ],
  [
    'a directory in use',
    async (t, dir) => {
      const store = await LmdbStore.open(dir);
      t.after(() => store[Symbol.asyncDispose]());
      return dir;
    },
    /^The data directory \S+ is in use by another process \(\d+ on .+\): stop that one, or/,
  ],
  [
    'a file of somebody else',
    async (_, dir) => {
      await mkdir(dir);
      await writeFile(join(dir, 'data.mdb'), 'hello');
      return dir;
    },
    /^\S+data\.mdb is no file of Magpie's, or its beginning is lost: /,
  ],
  [
    'a damaged record',
    async (_, dir) => {
      await dirWith('hello, disk', dir);
      const file = join(dir, 'data.mdb');
      const bytes = await readFile(file);
      for (let at = bytes.indexOf('hello, disk'); at >= 0; at = bytes.indexOf('hello, disk')) {
        bytes.write('jello', at);
      }
      await writeFile(file, bytes);
      return dir;
    },
    /^Cannot load the store in \S+: The record \S+ of table retained is damaged: its checksum/,
  ],
];
for (const [rule, make, expected] of unusable) {
  test(`serve() refuses ${rule} as data directory and listens to nothing`, async (t) => {
    const dir = await make(t, join(await folder(t), 'data'));
    const lines: LogLine[] = [];
    // A second time: the first one has not kept it.
    for (let round = 0; round < 2; round++) {
      await assert.rejects(served(t, { ...BASE, storage: onDisk(dir) }, lines), (error) => {
        assert.ok(error instanceof ServeFailure);
        assert.match(error.message, expected);
        return true;
      });
    }
    assert.deepEqual(lines, []);
  });
}

test('serve() takes bans of an earlier run from beside the store, or does not start', async (t) => {
  const dir = await folder(t);
  const kept = [
    { clientId: 'c', source: 'program' },
    { address: '192.0.2.0/24', untilMs: 1, source: 'flapping' },
  ];
  await (await served(t, { ...BASE, storage: onDisk(dir) })).running.close();
  await writeFile(join(dir, 'bans.json'), JSON.stringify({ bans: kept }));
  const bans = [{ clientId: 'd', source: 'configuration' }] as const;
  const { portOf, running } = await served(t, { ...BASE, storage: onDisk(dir), bans });
  const metrics = await (await fetch(`http://127.0.0.1:${portOf('http')}/metrics`)).text();
  assert.match(metrics, /^magpie_bans 2$/m); // one of the three has expired
  await running.close();
  await writeFile(join(dir, 'bans.json'), 'no JSON');
  await assert.rejects(served(t, { ...BASE, storage: onDisk(dir) }), {
    name: 'ServeFailure',
    message: /^Cannot use the bans of .*bans\.json: it is no JSON\. Mend the file, or remove it$/,
  });
});

test('serve() hands the way of messages to a collector, and what is left at its end', async (t) => {
  const bodies: string[] = [];
  const collector = createHttpServer((request, response) => {
    request.setEncoding('utf8').on('data', (text: string) => bodies.push(text));
    request.on('end', () => response.end('{}'));
  });
  collector.listen(0, '127.0.0.1');
  await once(collector, 'listening');
  t.after(() => {
    collector.close();
    collector.closeAllConnections();
  });
  const url = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
  const otlp = { url, headers: {}, sample: 1, topic: undefined };
  const { running, portOf } = await served(t, { ...BASE, otlp });
  const client = await connect(`mqtt://127.0.0.1:${portOf('tcp')}`, { reconnect: false });
  await client.publish('plant/7', 'hot', { qos: 1 });
  await client.end();
  await running.close();
  assert.match(bodies.join(''), /"plant\/7"/);
});
