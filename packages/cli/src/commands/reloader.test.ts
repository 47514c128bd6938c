import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyPairKeyObjectResult, sign } from 'node:crypto';
import { once } from 'node:events';
import { rename, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo, createConnection, type Socket } from 'node:net';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { CONNACK_CODES, encode } from '@magpie/protocol';
import { loadConfigFile, passwordHashText, resolveConfig } from '@magpie/broker/server';
import { hashPassword } from '@magpie/broker/server';
import { arrayLog, type LogLine } from '../command.testing.js';
import { freshFolder } from '../fresh-folder.testing.js';
import { RecoveryReport } from '../recovery-report.js';
import { type Running, serve } from './serve.js';

const RULES = 'rules: [{ allow: both, topics: ["#"] }]';

/** A broker that runs by files in a folder of its own. */
class World {
  readonly folder: string;
  readonly lines: LogLine[] = [];
  readonly told: string[] = [];
  readonly #t: TestContext;
  readonly log = arrayLog((line) => void this.lines.push(line));
  #running: Running | undefined;

  private constructor(t: TestContext, folder: string) {
    this.#t = t;
    this.folder = folder;
  }

  static async running(t: TestContext, files: Readonly<Record<string, string>>): Promise<World> {
    const world = new World(t, await freshFolder(t));
    const all = { 'acl.yaml': RULES, ...files };
    for (const [name, text] of Object.entries(all)) await world.write(name, text);
    const { log } = world;
    const readConfig = async () => {
      const file = await loadConfigFile(join(world.folder, 'magpie.yaml'));
      return resolveConfig({ flags: {}, env: {}, file });
    };
    const resolved = await readConfig();
    assert.ok(resolved.ok, JSON.stringify(resolved));
    const { signal } = new AbortController();
    const recovery = new RecoveryReport(log, undefined);
    const options = {
      log,
      version: '1',
      signal,
      recovery,
      readConfig,
      tell: (line: string) => void world.told.push(line),
    };
    const running = await serve(resolved.config, options);
    assert.ok(running !== undefined);
    t.after(() => running.close());
    world.#running = running;
    return world;
  }

  async write(name: string, text: string): Promise<void> {
    const path = join(this.folder, name);
    await writeFile(`${path}.new`, text);
    await rename(`${path}.new`, path);
  }

  /** Reloads. @returns What was said, without the folder. */
  async reload(): Promise<string[]> {
    const from = this.lines.length;
    await this.#running?.reload();
    return this.lines
      .slice(from)
      .filter(({ event }) => event !== 'connect-refused')
      .map(({ level, msg }) => `${String(level)}: ${msg.replaceAll(`${this.folder}/`, '')}`);
  }

  /** Logs in over HTTP as `admin`. @returns What asks there from then on. */
  async admin(): Promise<(method: string, path: string, body?: unknown) => Promise<Response>> {
    const port = Number(this.lines.find(({ listener }) => listener === 'http')?.['port']);
    const api = `http://127.0.0.1:${port}/api/v1`;
    const json = { 'content-type': 'application/json' };
    const [, password] = /admin is (\S+)/.exec(this.told.join()) ?? [];
    const login = await fetch(`${api}/login`, {
      method: 'POST',
      headers: json,
      body: JSON.stringify({ username: 'admin', password }),
    });
    const cookie = login.headers.get('set-cookie')?.split(';')[0] ?? '';
    const { data } = (await login.json()) as { data: { csrf_token: string } };
    const headers = { ...json, cookie, 'x-csrf-token': data.csrf_token };
    return (method, path, body) =>
      fetch(`${api}${path}`, {
        method,
        headers,
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
  }

  /** The return code of a CONNECT, and the connection. */
  async connect(
    username?: string,
    clientId = username ?? 'nobody',
    password = `secret of ${username}`,
  ): Promise<{ code: number | undefined; socket: Socket }> {
    const port = Number(this.lines.find(({ listener }) => listener === 'tcp')?.['port']);
    const socket = createConnection(port, '127.0.0.1');
    this.#t.after(() => socket.destroy());
    socket.on('error', () => {});
    socket.write(
      encode(
        {
          type: 'connect',
          protocolVersion: 4,
          cleanSession: true,
          keepAliveS: 60,
          clientId,
          will: undefined,
          username,
          password: username === undefined ? undefined : Buffer.from(password),
        },
        4,
      ),
    );
    const [connack] = (await once(socket, 'data')) as [Buffer];
    socket.resume();
    return { code: connack[3], socket };
  }
}

async function users(...names: readonly string[]): Promise<string> {
  const lines = names.map(async (name) => {
    const hash = await hashPassword(Buffer.from(`secret of ${name}`), Buffer.from(name.padEnd(16)));
    return `${name}:${passwordHashText(hash)}\n`;
  });
  return (await Promise.all(lines)).join('');
}

function config(more = '', port = 0): string {
  return `
listeners: [{ type: tcp, port: ${port} }]
storage: { memory: true }
http: { port: 0 }
authentication: { users: passwd }
authorization: acl.yaml
${more}`;
}

const REFUSED = 'error: the configuration was not read again, nothing has changed';
const DONE = 'info: configuration read again';
const { ACCEPTED, BAD_USER_NAME_OR_PASSWORD } = CONNACK_CODES;

test('Reloader takes new users, and ends the connections of those that are gone', async (t) => {
  const world = await World.running(t, {
    'magpie.yaml': config(),
    passwd: await users('ann', 'bob'),
  });
  const ann = await world.connect('ann');
  const bob = await world.connect('bob');
  assert.deepEqual([ann.code, bob.code], [ACCEPTED.code, ACCEPTED.code]);
  await world.write('passwd', await users('ann', 'cleo'));
  const bobEnds = once(bob.socket, 'close');
  assert.deepEqual(await world.reload(), [DONE]);
  await bobEnds;
  assert.equal((await world.connect('bob')).code, BAD_USER_NAME_OR_PASSWORD.code);
  assert.equal((await world.connect('cleo')).code, ACCEPTED.code);
  assert.equal(ann.socket.destroyed, false);
  assert.equal(world.lines.find(({ event }) => event === 'reloaded')?.['clientsRevoked'], 1);
});

test('Reloader is asked over HTTP, and says what is another, or why nothing is', async (t) => {
  const world = await World.running(t, { 'magpie.yaml': config(), passwd: await users('ann') });
  const ask = await world.admin();
  await world.write('magpie.yaml', config('limits: { inflightMax: 7 }'));
  const done = (await (await ask('POST', '/reload')).json()) as { data: { changes: string[] } };
  assert.match(done.data.changes.join(), /^limits\.inflightMax: \d+ → 7$/);
  await world.write('acl.yaml', 'rules: 1');
  const refused = await ask('POST', '/reload');
  assert.equal(refused.status, 409);
  assert.match(((await refused.json()) as { message: string }).message, /acl\.yaml/);
});

test('Reloader has users that are changed over HTTP let in at once, and no longer', async (t) => {
  const world = await World.running(t, { 'magpie.yaml': config(), passwd: await users('ann') });
  const ask = await world.admin();
  await world.write('acl.yaml', 'rules: 1'); // which a reload would refuse
  const password = 'secret of bob';
  assert.equal((await ask('PUT', '/users/bob', { password })).status, 200);
  const bob = await world.connect('bob');
  assert.equal(bob.code, ACCEPTED.code);
  const ends = once(bob.socket, 'close');
  const both = ['x', 'y'].map((name) => ask('PUT', `/users/${name}`, { password }));
  for (const { status } of await Promise.all(both)) assert.equal(status, 200);
  assert.equal((await ask('DELETE', '/users/bob')).status, 200);
  await ends;
  assert.equal((await world.connect('bob')).code, BAD_USER_NAME_OR_PASSWORD.code);
  const { data } = (await (await ask('GET', '/users')).json()) as { data: { username: string }[] };
  assert.deepEqual(data.map(({ username }) => username).toSorted(), ['ann', 'x', 'y']);
});

test('Reloader ends the connection of a user whose password is another', async (t) => {
  const world = await World.running(t, { 'magpie.yaml': config(), passwd: await users('ann') });
  const { socket } = await world.connect('ann');
  const other = (await users('bob')).replace(/^bob/, 'ann');
  await world.write('passwd', other);
  const ends = once(socket, 'close');
  await world.reload();
  await ends;
});

test('Reloader takes limits for what comes, and no nameless client any more', async (t) => {
  const world = await World.running(t, {
    'magpie.yaml': config().replace('users: passwd', 'users: passwd, anonymous: true'),
    passwd: await users('ann'),
  });
  const nameless = await world.connect();
  assert.equal(nameless.code, ACCEPTED.code);
  await world.write('magpie.yaml', config('limits: { connectionsMax: 1 }'));
  const ends = once(nameless.socket, 'close');
  assert.deepEqual(await world.reload(), [DONE]);
  await ends;
  assert.equal((await world.connect('ann')).code, ACCEPTED.code);
  const port = Number(world.lines.find(({ listener }) => listener === 'tcp')?.['port']);
  const second = createConnection(port, '127.0.0.1').resume();
  second.on('error', () => {});
  await once(second, 'close');
  assert.ok(world.lines.some(({ event }) => event === 'connection-refused'));
});

/** Files that are written anew, and what is said of it. */
const refusals: readonly (readonly [
  name: string,
  files: Readonly<Record<string, string>>,
  said: readonly string[],
])[] = [
  [
    'a file with mistakes, each in a line',
    { 'magpie.yaml': 'limits: { inflightMax: 0 }\nlog: { level: loud }' },
    [
      'magpie.yaml:1:24: limits.inflightMax must be an integer from 1 to 32767 (messages): '
        + 'current value is 0',
      'magpie.yaml:2:15: log.level must be one of debug, info, warn, error: current value is loud',
    ],
  ],
  [
    'bad users',
    { passwd: 'ann\n:\n' },
    ['passwd:1: a line must be NAME:HASH', 'passwd:2: a line must be NAME:HASH'],
  ],
  [
    'bad users and bad rules',
    { passwd: 'ann', 'acl.yaml': 'rules: [{ allow: all, topics: a }]' },
    [
      'passwd:1: a line must be NAME:HASH',
      'acl.yaml:1:18: rules[0].allow must be one of publish, subscribe, both: current value is all',
    ],
  ],
  ['no users', { passwd: '' }, ['passwd: there is no user in it']],
];
for (const [name, files, said] of refusals) {
  test(`Reloader changes nothing for ${name}`, async (t) => {
    const world = await World.running(t, {
      'magpie.yaml': config('limits: { connectionsMax: 3 }'),
      passwd: await users('ann'),
    });
    const ann = await world.connect('ann');
    // What is good in the same moment does not hold either.
    await world.write('magpie.yaml', config('limits: { connectionsMax: 1 }'));
    for (const [file, text] of Object.entries(files)) await world.write(file, text);
    const expected = said.map((line) => `${REFUSED}: ${line}`);
    assert.deepEqual(await world.reload(), expected);
    assert.equal((await world.connect('ann', 'again')).code, ACCEPTED.code);
    assert.equal(ann.socket.destroyed, false);
  });
}

test('Reloader names what waits for a restart', async (t) => {
  const world = await World.running(t, { 'magpie.yaml': config(), passwd: await users('ann') });
  const port = Number(world.lines.find(({ listener }) => listener === 'tcp')?.['port']);
  await world.write('magpie.yaml', config('', port));
  assert.deepEqual(await world.reload(), [
    `warn: needs a restart: listeners: tcp on 127.0.0.1:${port} is new`,
    'warn: needs a restart: listeners: tcp on 127.0.0.1:0 stays',
    DONE,
  ]);
});

test('Reloader changes the level of the log if the file says another one', async (t) => {
  const world = await World.running(t, { 'magpie.yaml': config(), passwd: await users('ann') });
  await world.write('magpie.yaml', config('log: { level: debug }'));
  assert.deepEqual(await world.reload(), [DONE]);
  assert.equal(world.log.level(), 'debug');
  world.log.setLevel('warn'); // over HTTP
  await world.reload();
  assert.equal(world.log.level(), 'warn');
});

test('Reloader reads once more what was written while it read', async (t) => {
  const world = await World.running(t, { 'magpie.yaml': config(), passwd: await users('ann') });
  const first = world.reload();
  await world.write('passwd', await users('bob'));
  await Promise.all([first, world.reload()]);
  assert.equal((await world.connect('bob')).code, ACCEPTED.code);
});

test('Reloader takes new rules, for what is subscribed to already too', async (t) => {
  const world = await World.running(t, { 'magpie.yaml': config(), passwd: await users('ann') });
  const { socket } = await world.connect('ann');
  const subscriptions = ['a/1', 'b'].map((filter) => ({ filter, qos: 0 }) as const);
  socket.write(encode({ type: 'subscribe', packetId: 1, subscriptions }, 4));
  await once(socket, 'data');
  await world.write('acl.yaml', 'rules: [{ allow: subscribe, topics: a/+ }]');
  assert.deepEqual(await world.reload(), [
    'warn: subscriptions no longer allowed: taken away',
    DONE,
  ]);
  assert.equal(world.lines.find(({ event }) => event === 'reloaded')?.['sessionsRevoked'], 1);
});

test('Reloader and a preview read a large file of rules while clients are served', async (t) => {
  const world = await World.running(t, { 'magpie.yaml': config(), passwd: await users('ann') });
  const ask = await world.admin();
  const { socket } = await world.connect('ann');
  const rules = Array.from(
    { length: 3000 },
    (_, at) => `  - { allow: publish, topics: a/${at} }\n`,
  );
  const text = `rules:\n${rules.join('')}`;
  await world.write('acl.yaml', text);
  let answers = 0;
  const ping = () => void socket.write(encode({ type: 'pingreq' }, 4));
  socket.on('data', () => {
    answers++;
    ping();
  });
  ping();
  const steps = {
    reload: async () => assert.deepEqual(await world.reload(), [DONE]),
    preview: async () => {
      const { status } = await ask('POST', '/authorization/preview', { rules: text });
      assert.equal(status, 200);
    },
  };
  for (const [what, step] of Object.entries(steps)) {
    answers = 0;
    await step();
    // Read in one go it would be the few that come while the files are opened.
    assert.ok(answers > 100, `${answers} answers during a ${what}`);
    t.diagnostic(`${answers} answers during a ${what}`);
  }
});

/** Keys for tokens, as a file of them. */
function keySet(pair: KeyPairKeyObjectResult): string {
  return JSON.stringify({ keys: [{ ...pair.publicKey.export({ format: 'jwk' }), alg: 'ES256' }] });
}

function tokenOf({ privateKey }: KeyPairKeyObjectResult, username: string): string {
  const claims = { sub: username, exp: Math.floor(Date.now() / 1000) + 3600 };
  const parts = [{ alg: 'ES256' }, claims].map((part) => JSON.stringify(part));
  const text = parts.map((part) => Buffer.from(part).toString('base64url')).join('.');
  const key = { key: privateKey, dsaEncoding: 'ieee-p1363' } as const;
  return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`;
}

test('Reloader takes new keys of tokens for who logs in, and lets stay who has', async (t) => {
  const [old, young] = [1, 2].map(() => generateKeyPairSync('ec', { namedCurve: 'P-256' }));
  assert.ok(old && young);
  const world = await World.running(t, {
    'magpie.yaml': config().replace('users: passwd', 'jwt: { jwks: keys.json }'),
    'keys.json': keySet(old),
  });
  const login = (pair: KeyPairKeyObjectResult, clientId: string) =>
    world.connect('ann', clientId, tokenOf(pair, 'ann'));
  const stays = await login(old, 'stays');
  assert.equal(stays.code, ACCEPTED.code);
  assert.equal((await login(young, 'early')).code, BAD_USER_NAME_OR_PASSWORD.code);
  await world.write('keys.json', keySet(young));
  assert.deepEqual(await world.reload(), [DONE]);
  assert.equal((await login(young, 'new')).code, ACCEPTED.code);
  assert.equal((await login(old, 'late')).code, BAD_USER_NAME_OR_PASSWORD.code);
  assert.equal(stays.socket.destroyed, false);
  await world.write('keys.json', '{}');
  assert.deepEqual(await world.reload(), [
    `${REFUSED}: The key file keys.json is no JWKS: it must be {"keys": [ … ]}`,
  ]);
  assert.equal((await login(young, 'again')).code, ACCEPTED.code);
});

test('Reloader asks another service from then on, and ends who only that had let in', async (t) => {
  const asked: string[] = [];
  const services = await Promise.all(
    ['old', 'young'].map(async (name) => {
      const server = createServer((request, response) => {
        asked.push(name);
        request.resume().on('end', () => response.end('{"result":"allow"}'));
      });
      server.listen(0, '127.0.0.1');
      t.after(() => server.close());
      await once(server, 'listening');
      return `http: { url: "http://127.0.0.1:${(server.address() as AddressInfo).port}/" }`;
    }),
  );
  const [old = '', young = ''] = services;
  const withService = (service: string) => config().replace('users: passwd', service);
  const passwd = await users('ann');
  const world = await World.running(t, { 'magpie.yaml': withService(old), passwd });
  const bob = await world.connect('bob');
  assert.equal(bob.code, ACCEPTED.code);
  await world.write('magpie.yaml', withService(young));
  assert.deepEqual(await world.reload(), [DONE]);
  assert.equal(bob.socket.destroyed, false, 'services are asked at the login only');
  assert.equal((await world.connect('cleo')).code, ACCEPTED.code);
  assert.deepEqual(asked, ['old', 'young']);
  await world.write('magpie.yaml', config());
  const ends = once(bob.socket, 'close');
  assert.deepEqual(await world.reload(), [DONE]);
  await ends;
  assert.equal((await world.connect('bob')).code, BAD_USER_NAME_OR_PASSWORD.code);
  assert.equal((await world.connect('ann')).code, ACCEPTED.code);
});
