// needs: mosquitto
/**
 * Goal: who may do what is the same before and after `magpie import mosquitto`.
 * Method: mosquitto by its files, Magpie by what the command makes of them, the same clients at
 * both: who may come in, what each user is heard to publish, and what each user is sent.
 */
import assert from 'node:assert/strict';
import { pbkdf2Sync } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { connectAsync, type MqttClient } from 'mqtt';
import { Program } from './program.testing.js';

const ACL = `
# for clients without a name
topic read public/#
topic write inbox/+

user root
topic readwrite #
topic readwrite $SYS/#

user ann
topic read a/#
topic deny a/secret/#
topic write b/%u
topic readwrite c/+/x

user bob
topic deny #

pattern read by/%u/#
pattern write from/%c
pattern deny by/ann/no
pattern read mixed/%u/of/%c
`;
const USERS = ['root', 'ann', 'bob', 'cleo', undefined];
const TOPICS = [
  'public/1',
  'inbox/1',
  'inbox/1/2',
  'a',
  'a/1',
  'a/secret/1',
  'a/secret',
  'b/%u',
  'b/ann',
  'c/1/x',
  'c/x',
  'by/ann/1',
  'by/bob/1',
  'by/ann/no',
  'from/client of ann',
  'from/client of cleo',
  'mixed/cleo/of/client of cleo',
  'mixed/ann/of/client of cleo',
  'other',
];
/** Subscriptions of every user, each by itself. */
const FILTERS = ['#', 'a/#', 'public/1', 'by/+/+', '+/+/x'];

interface Site {
  readonly name: string;
  readonly port: number;
}

test('magpie import mosquitto changes nobody’s rights', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'magpie-import-'));
  t.after(() => rm(folder, { recursive: true }));
  const ports = [await freePort(), await freePort()];
  const users = USERS.filter((user) => user !== undefined).map(userLine);
  await writeFile(join(folder, 'passwd'), users.join(''), { mode: 0o644 });
  await writeFile(join(folder, 'acl'), ACL, { mode: 0o644 });
  const before = await startMosquitto(t, folder, ports[0] ?? 0);
  const after = await startMagpie(t, folder, ports[1] ?? 0);
  for (const look of [logins, published, delivered]) {
    const [expected, found] = [await look(before), await look(after)];
    assert.ok(expected.length > 0);
    assert.deepEqual(found, expected, look.name);
  }
});

/** Who may come in. */
async function logins(site: Site): Promise<string[]> {
  const tries = [
    ...USERS.map((user) => [user, undefined] as const),
    ['ann', 'wrong'],
    ['eve', 'x'],
  ];
  const found: string[] = [];
  for (const [user, password] of tries) {
    const client = await login(site, user, password).catch(() => undefined);
    found.push(`${user} ${password ?? 'right'}: ${client === undefined ? 'refused' : 'in'}`);
    await client?.endAsync();
  }
  return found;
}

/** What the others hear of what each user publishes. */
async function published(site: Site): Promise<string[]> {
  const root = await login(site, 'root');
  const heard: string[] = [];
  root.on('message', (topic, payload) => heard.push(`${payload.toString()} to ${topic}`));
  await root.subscribeAsync('#', { qos: 1 });
  for (const user of USERS) {
    const client = user === 'root' ? root : await login(site, user);
    for (const topic of TOPICS) await client.publishAsync(topic, `by ${user}`, { qos: 1 });
    if (client !== root) await client.endAsync();
  }
  await echo(root, heard);
  await root.endAsync();
  return heard.toSorted((one, other) => one.localeCompare(other));
}

/** What each user is sent, by each subscription. */
async function delivered(site: Site): Promise<string[]> {
  const root = await login(site, 'root');
  const heard: string[] = [];
  const clients: MqttClient[] = [];
  for (const user of USERS) {
    for (const [index, filter] of FILTERS.entries()) {
      const client = await login(site, user, undefined, index);
      client.on('message', (topic) => heard.push(`${user} by ${filter} gets ${topic}`));
      // Where nothing could come of it one grants it and the other does not: it is the same.
      await client.subscribeAsync(filter, { qos: 0 }).catch(() => undefined);
      clients.push(client);
    }
  }
  for (const topic of TOPICS) await root.publishAsync(topic, 'x', { qos: 1 });
  // Whoever answers now has been sent everything before.
  for (const client of clients) await client.unsubscribeAsync('none');
  for (const client of [root, ...clients]) await client.endAsync();
  return heard.toSorted((one, other) => one.localeCompare(other));
}

/** Waits until a message of its own has come back, behind all others. */
async function echo(client: MqttClient, heard: string[]): Promise<void> {
  const back = new Promise<void>((resolve) => {
    client.on('message', (topic) => topic === 'echo' && resolve());
  });
  await client.publishAsync('echo', '', { qos: 1 });
  await back;
  heard.pop();
}

function login(
  { port }: Site,
  user: string | undefined,
  password = `secret of ${user}`,
  number?: number,
): Promise<MqttClient> {
  const suffix = number === undefined ? '' : ` ${number}`;
  return connectAsync({
    host: '127.0.0.1',
    port,
    clientId: `client of ${user}${suffix}`,
    reconnectPeriod: 0,
    ...(user !== undefined && { username: user, password }),
  });
}

/** As mosquitto_passwd writes it. */
function userLine(user: string | undefined): string {
  const salt = Buffer.from(`salt of ${user}`.padEnd(12).slice(0, 12));
  const hash = pbkdf2Sync(`secret of ${user}`, salt, 101, 64, 'sha512');
  return `${user}:$7$101$${salt.toString('base64')}$${hash.toString('base64')}\n`;
}

async function startMosquitto(t: TestContext, folder: string, port: number): Promise<Site> {
  const conf = join(folder, 'mosquitto.conf');
  const lines = [
    `listener ${port} 127.0.0.1`,
    'allow_anonymous true',
    `password_file ${join(folder, 'passwd')}`,
    `acl_file ${join(folder, 'acl')}`,
    'user root',
  ];
  await writeFile(conf, lines.join('\n'));
  const command = MOSQUITTO_PATHS.find((path) => existsSync(path)) ?? 'mosquitto';
  const program = Program.start(t, command, ['-c', conf, '-v']);
  await program.line(/mosquitto version .* running/);
  return { name: 'mosquitto', port };
}

async function startMagpie(t: TestContext, folder: string, port: number): Promise<Site> {
  const magpie = 'node_modules/.bin/magpie';
  const conf = join(folder, 'mosquitto.conf');
  const importing = ['import', 'mosquitto', conf, '--out', folder];
  const said = await Program.start(t, magpie, importing).succeeds();
  assert.equal(said.length, 2, said.join('\n'));
  const config = join(folder, 'magpie.yaml');
  const args = ['broker', '--config', config, '--memory', '--no-http', '--port', String(port)];
  await Program.start(t, magpie, args).line(/"listening"/);
  return { name: 'Magpie', port };
}

/** Debian puts it where an ordinary PATH does not look. */
const MOSQUITTO_PATHS = ['/usr/sbin/mosquitto', '/usr/local/sbin/mosquitto'];

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return port;
}
