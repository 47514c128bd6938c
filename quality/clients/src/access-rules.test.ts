// needs: mosquitto-clients
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { connectAsync } from 'mqtt';
import { Program } from './program.testing.js';

const RULES = `
groups: { operators: [alice] }
rules:
  - { deny: both, topics: 'plant/secret/#' }
  - { allow: both, who: { group: operators }, topics: '#', delivery: checked }
  - { deny: publish, topics: 'plant/stop', disconnect: true }
  - { allow: both, topics: ['devices/%u/#', 'clients/%c'], qos: [0, 1] }
  - { allow: subscribe, topics: 'plant/+/state' }
`;

interface Running {
  readonly broker: Program;
  readonly port: string;
}

/** The command as a process with these rules, and the users alice and bob without passwords. */
async function magpie(t: TestContext): Promise<Running> {
  const path = await mkdtemp(join(tmpdir(), 'magpie-acl-'));
  t.after(() => rm(path, { recursive: true }));
  for (const user of ['alice', 'bob']) {
    const args = ['passwd', join(path, 'passwd'), user];
    await Program.start(t, 'node_modules/.bin/magpie', args, 'secret\n').succeeds();
  }
  await writeFile(join(path, 'acl.yaml'), RULES);
  const config = join(path, 'magpie.yaml');
  await writeFile(
    config,
    'listeners: [{ type: tcp, port: 0 }]\n'
      + 'authentication: { users: passwd }\nauthorization: acl.yaml\n',
  );
  const args = ['broker', '--config', config, '--memory', '--no-http'];
  const broker = Program.start(t, 'node_modules/.bin/magpie', args);
  const line = await broker.line(/"listening"/);
  return { broker, port: String((JSON.parse(line) as { port: number }).port) };
}

function as(user: string, port: string): string[] {
  return ['-h', '127.0.0.1', '-p', port, '-u', user, '-P', 'secret', '-i', `${user}-1`];
}

test('access rules: who may subscribe, and to what', async (t) => {
  const { broker, port } = await magpie(t);
  const cases: readonly [user: string, filter: string, qos: string, granted: boolean][] = [
    ['bob', 'devices/bob/#', '1', true],
    ['bob', 'devices/bob/#', '2', false],
    ['bob', 'devices/+/x', '0', false],
    ['bob', 'clients/bob-1', '0', true],
    ['bob', 'clients/alice-1', '0', false],
    ['bob', 'plant/press/state', '2', true],
    ['bob', 'plant/+/state', '2', false],
    ['bob', 'plant/#', '0', false],
    ['bob', '$share/g/plant/press/state', '0', true],
    ['bob', '$share/g/#', '0', false],
    ['bob', '$SYS/clients/bob-1/denied', '0', true],
    ['bob', '$SYS/#', '0', false],
    ['alice', '#', '2', true],
    ['alice', 'plant/secret/x', '0', false],
  ];
  for (const [user, filter, qos, granted] of cases) {
    const args = [...as(user, port), '-t', filter, '-q', qos, '-E', '-d'];
    const sub = Program.start(t, 'mosquitto_sub', args);
    await sub.exit();
    const suback = sub.lines.find((line) => line.startsWith('Subscribed'));
    assert.equal(suback?.endsWith(' 128'), !granted, `${user} ${filter} ${qos}: ${suback}`);
  }
  const denied = await broker.line(/"subscribe-denied".*plant\/#/);
  assert.match(denied, /"clientId":"bob-1","username":"bob".*"rule":".*acl\.yaml:4"/);
});

test('access rules: who may publish, and what becomes of what was denied', async (t) => {
  const { broker, port } = await magpie(t);
  for (const topic of ['devices/alice/x', 'plant/secret/x', 'devices/bob/x', 'clients/bob-1']) {
    const args = [...as('bob', port), '-t', topic, '-m', 'm', '-q', '1', '-r'];
    await Program.start(t, 'mosquitto_pub', args).succeeds();
  }
  const stop = [...as('bob', port), '-t', 'plant/stop', '-m', 'm', '-q', '1'];
  await Program.start(t, 'mosquitto_pub', stop).exit();
  const watch = [...as('alice', port), '-t', '#', '-v', '-C', '2'];
  const got = await Program.start(t, 'mosquitto_sub', watch).succeeds();
  assert.deepEqual([...got].sort(), ['clients/bob-1 m', 'devices/bob/x m']);
  const line = await broker.line(/"publish-denied".*plant\/secret/);
  assert.match(line, /"username":"bob".*"rule":".*acl\.yaml:4"/);
  await broker.line(/"disconnected".*"reason":"denied"/);
});

test('access rules: a publisher is told what it may not publish', async (t) => {
  const { port } = await magpie(t);
  const client = await connectAsync(`mqtt://127.0.0.1:${port}`, {
    username: 'bob',
    password: 'secret',
    clientId: 'b',
    reconnectPeriod: 0,
  });
  t.after(() => client.endAsync(true));
  const told = new Promise<[topic: string, payload: string]>((resolve) => {
    client.once('message', (topic, payload) => resolve([topic, payload.toString()]));
  });
  await client.subscribeAsync('$SYS/clients/b/denied');
  await client.publishAsync('plant/secret/x', 'm', { qos: 1, retain: true });
  const [topic, payload] = await told;
  assert.equal(topic, '$SYS/clients/b/denied');
  const { time, ...fields } = JSON.parse(payload) as Record<string, unknown>;
  assert.deepEqual(fields, { topic: 'plant/secret/x', qos: 1, retain: true, rule: 4 });
  assert.ok(Math.abs(Date.parse(String(time)) - Date.now()) < 60_000);
});
