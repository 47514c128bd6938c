import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { CertificateAuthority } from '../certificates/certificate-authority.js';
import { freshFolder } from '../fresh-folder.testing.js';
import type { ConnectionFlags } from './connection-flags.js';
import { planConnection, withScheme } from './connection-plan.js';
import { UsageError } from './usage-error.js';

const servers: [flags: ConnectionFlags, server: string, topic?: string][] = [
  [{}, 'mqtt://localhost'],
  [{ host: 'h', port: '1' }, 'mqtt://h:1'],
  [{ host: '::1' }, 'mqtt://[::1]'],
  [{ host: 'h', tlsUseOsCerts: true }, 'mqtts://h'],
  [{ host: 'h', psk: '00', pskIdentity: 'me' }, 'mqtts://h'],
  [{ host: 'h', tlsVersion: 'tlsv1.2', tlsAlpn: 'x' }, 'mqtt://h'],
  [{ url: 'mqtt://h' }, 'mqtt://h'],
  [{ url: 'mqtt://h/' }, 'mqtt://h'],
  [{ url: 'mqtt://h:1884/a/b' }, 'mqtt://h:1884', 'a/b'],
  [{ url: 'mqtts://h/a/+/#' }, 'mqtts://h', 'a/+/#'],
  [{ url: 'mqtt://h//a' }, 'mqtt://h', '/a'],
  [{ url: 'ws://h:80/mqtt' }, 'ws://h/mqtt'],
  [{ url: 'mqtt://h', port: '5' }, 'mqtt://h:5'],
];
for (const [flags, server, topic] of servers) {
  test(`planConnection() goes to ${server} with ${JSON.stringify(flags)}`, async () => {
    const plan = await planConnection(flags, NO_PROFILES);
    assert.equal(plan.server.href.replace(/(?<=mqtts?:\/\/[^/]+)\/$/, ''), server);
    assert.equal(plan.topic, topic);
  });
}

test('planConnection() takes the flag before the URL before the environment', async () => {
  const env = { ...NO_PROFILES, MQTT_URL: 'mqtt://e', MQTT_USERNAME: 'env', MQTT_PASSWORD: 'p' };
  const ask = async (flags: ConnectionFlags) => {
    const { server, options } = await planConnection(flags, env);
    return `${options.username}:${String(options.password)}@${server.host}`;
  };
  assert.equal(await ask({}), 'env:p@e');
  // What is for the host of MQTT_URL must not reach another one.
  assert.equal(await ask({ unix: 's' }), 'undefined:undefined@localhost');
  assert.equal(await ask({ host: 'h' }), 'undefined:undefined@h');
  assert.equal(await ask({ host: 'E' }), 'env:p@E');
  assert.equal(await ask({ url: 'ws://e:8080/mqtt' }), 'env:p@e:8080');
  assert.equal(await ask({ url: 'mqtt://u@x' }), 'u:undefined@x');
  assert.equal(await ask({ url: 'mqtt://u%40:s@x' }), 'u@:s@x');
  assert.equal(await ask({ url: 'mqtt://u:s@x', username: 'f' }), 'f:s@x');
});

for (const flags of [{ host: 'h' }, { url: 'mqtt://h' }, {}]) {
  const what = JSON.stringify(flags);
  test(`planConnection() takes user and password alone for the server of ${what}`, async () => {
    const env = { ...NO_PROFILES, MQTT_USERNAME: 'env', MQTT_PASSWORD: 'p' };
    const { options } = await planConnection(flags, env);
    assert.deepEqual([options.username, options.password], ['env', 'p']);
  });
}

const options: [flags: ConnectionFlags, wanted: Readonly<Record<string, unknown>>][] = [
  [{}, { cleanSession: true }],
  [
    { id: 'me', disableCleanSession: true },
    { clientId: 'me', cleanSession: false },
  ],
  [{ idPrefix: 'p-' }, { clientId: `p-${process.pid}` }],
  [{ bindAddress: '::1' }, { localAddress: '::1' }],
  [{ unix: '/run/mqtt' }, { socketPath: '/run/mqtt' }],
  [{ tlsVersion: 'tlsv1.2' }, { tls: { minVersion: 'TLSv1.2' } }],
  [
    { keepalive: '7', maxInflight: '3' },
    { keepAlive: 7, inflightMax: 3 },
  ],
  [
    { willTopic: 'w', willPayload: 'x', willQos: '2', willRetain: true },
    { will: { topic: 'w', payload: 'x', qos: 2, retain: true } },
  ],
];
for (const [flags, wanted] of options) {
  test(`planConnection() understands ${JSON.stringify(flags)}`, async () => {
    const plan = await planConnection(flags, NO_PROFILES);
    assert.deepEqual({ ...plan.options, ...wanted }, plan.options);
  });
}

const wrong: [flags: ConnectionFlags, why: RegExp][] = [
  [{ host: 'h', url: 'mqtt://h' }, /both name a server/],
  [{ host: '' }, /--host must be a name/],
  [{ bindAddress: 'localhost' }, /--bind-address must be an IP address: it is 'localhost'/],
  [{ bindAddress: '' }, /--bind-address must be/],
  [{ unix: 's', host: 'h' }, /leave out --host, --port, --url and --bind-address/],
  [{ unix: 's', bindAddress: '::1' }, /leave out --host/],
  [{ unix: 's', psk: '00', pskIdentity: 'me' }, /--unix has no TLS/],
  [{ port: 'x' }, /--port must be a whole number from 1 to 65535: it is 'x'/],
  [{ port: '65536' }, /--port/],
  [{ url: 'http://h' }, /--url must be mqtt:\/\//],
  [{ pw: 'x' }, /A password needs a user name/],
  [{ disableCleanSession: true }, /give --id, too/],
  [{ id: 'a', idPrefix: 'b' }, /give one of them/],
  [{ keepalive: '-1' }, /--keepalive/],
  [{ willPayload: 'x' }, /A will needs a topic/],
  [{ willTopic: 'a/#' }, /--will-topic/],
  [{ willTopic: 'a', willQos: '3' }, /--will-qos/],
  [{ cafile: '/nowhere' }, /--cafile cannot be read: \/nowhere \(ENOENT\)/],
  [{ capath: '/nowhere' }, /--capath cannot be read/],
  [{ cert: 'x' }, /needs its key/],
  [{ protocolVersion: 'mqttv5' }, /only be mqttv311/],
  [{ profile: 'lab' }, /There is no profile lab/],
];
for (const [flags, why] of wrong) {
  test(`planConnection() refuses ${JSON.stringify(flags)} in one line`, async () => {
    await assert.rejects(planConnection(flags, NO_PROFILES), (error) => {
      return (
        error instanceof UsageError && why.test(error.message) && !error.message.includes('\n')
      );
    });
  });
}

const files: [flags: ConnectionFlags, why: RegExp | undefined][] = [
  [{ cafile: 'ca.crt', cert: 'one.crt', key: 'one.key' }, undefined],
  [{ cert: 'one.crt', key: 'two.key' }, /^--key is not the key of --cert: two\.key and one\.crt$/],
  [{ cert: 'one.key', key: 'one.key' }, /^--cert cannot be understood: one\.key \(\w+\)\. It must/],
  [{ cert: 'one.crt', key: 'one.crt' }, /^--key cannot be understood: one\.crt \(\w+\)\. It must/],
  [{ cafile: 'one.key' }, /^--cafile has no certificate in PEM: one\.key$/],
];
for (const [flags, why] of files) {
  test(`planConnection() ${why ? 'refuses' : 'takes'} ${JSON.stringify(flags)}`, async (t) => {
    const folder = await freshFolder(t);
    const validity = { from: new Date('2026-01-01'), until: new Date('2027-01-01') };
    const authority = await CertificateAuthority.create('Test', validity);
    await writeFile(join(folder, 'ca.crt'), authority.certificate);
    for (const name of ['one', 'two']) {
      const { cert, key } = await authority.issueClient(name, validity);
      await writeFile(join(folder, `${name}.crt`), cert);
      await writeFile(join(folder, `${name}.key`), key);
    }
    const paths = Object.entries(flags as Readonly<Record<string, string>>).map(([flag, name]) => [
      flag,
      join(folder, name),
    ]);
    const planned = planConnection(Object.fromEntries(paths) as ConnectionFlags, NO_PROFILES);
    if (why === undefined) assert.ok((await planned).options.tls?.key);
    else {
      const error = await planned.catch((reason: unknown) => reason);
      assert.ok(error instanceof UsageError);
      assert.match(error.message.replaceAll(`${folder}/`, ''), why);
    }
  });
}

test('planConnection() takes a profile where flags and environment say nothing', async (t) => {
  const env = await profiles(
    t,
    'default: { url: mqtt://d, username: du }\nlab: { host: l, port: 18, keepalive: 5 }\n',
  );
  const plain = await planConnection({}, env);
  assert.equal(plain.server.host, 'd');
  assert.equal(plain.options.username, 'du');
  const lab = await planConnection({ profile: 'lab' }, env);
  assert.equal(lab.server.host, 'l:18');
  assert.equal(lab.options.keepAlive, 5);
  assert.equal((await planConnection({ host: 'h' }, env)).server.host, 'h');
});

const PASSWORDS = `default: { url: mqtt://d:1884, username: du, pw: ds }
lab: { host: LAB, username: lu, pw: ls }
here: { username: hu, pw: hs }
both: { host: a, url: mqtt://b, username: bu }
`;
const identities: [flags: ConnectionFlags, env: Record<string, string>, identity: string][] = [
  [{}, {}, 'du:ds'],
  [{ url: 'mqtt://D' }, {}, 'du:ds'],
  [{ host: 'd' }, {}, 'du:ds'],
  [{ url: 'mqtts://d/topic' }, {}, 'du:ds'],
  [{ url: 'mqtt://d', username: 'me' }, {}, 'me:ds'],
  [{ url: 'mqtt://other' }, {}, 'nobody'],
  [{ url: 'mqtt://d@other' }, {}, 'd:nothing'],
  [{ url: 'mqtt://d.other' }, {}, 'nobody'],
  [{ host: 'other' }, {}, 'nobody'],
  [{ host: 'other', username: 'me' }, {}, 'me:nothing'],
  [{}, { MQTT_URL: 'mqtt://other' }, 'nobody'],
  [{}, { MQTT_URL: 'mqtt://other', MQTT_USERNAME: 'eu' }, 'eu:nothing'],
  [{ profile: 'lab' }, {}, 'lu:ls'],
  [{ profile: 'lab', url: 'mqtt://lab' }, {}, 'lu:ls'],
  [{ profile: 'here', host: 'other', username: 'me', pw: 'x' }, {}, 'me:x'],
  [{ profile: 'here' }, {}, 'hu:hs'],
];
for (const [flags, settings, identity] of identities) {
  const what = JSON.stringify({ ...flags, ...settings });
  test(`planConnection() is ${identity} to the server with ${what}`, async (t) => {
    const env = { ...(await profiles(t, PASSWORDS)), ...settings };
    const { options } = await planConnection(flags, env);
    const { username, password = 'nothing' } = options;
    assert.equal(username === undefined ? 'nobody' : `${username}:${String(password)}`, identity);
  });
}

for (const [flags, why] of [
  [{ profile: 'lab', host: 'other' }, /^The profile lab is for LAB and not for other: name no /],
  [{ profile: 'lab', url: 'mqtt://other', username: 'me' }, /^The profile lab is for LAB and not /],
  [{ profile: 'here', host: 'other' }, /^The user of the profile here is not for other: give /],
  [{ profile: 'both' }, /^A profile names a server by host or by url: give one of them$/],
] as const) {
  test(`planConnection() refuses ${JSON.stringify(flags)} with such profiles`, async (t) => {
    const env = await profiles(t, PASSWORDS);
    await assert.rejects(planConnection(flags, env), { name: 'UsageError', message: why });
  });
}

test('planConnection() leaves all flags of a profile to the host that it names', async (t) => {
  const env = await profiles(
    t,
    `default: { url: 'mqtts://d:1', cafile: /nowhere, insecure: true, id: me, keepalive: 5 }
plain: { keepalive: 7, insecure: true, port: 99 }
`,
  );
  for (const [flags, settings] of [
    [{ host: 'other' }, {}],
    [{ url: 'mqtt://other' }, {}],
    [{}, { MQTT_URL: 'mqtt://other' }],
  ] as const) {
    const { server, options } = await planConnection(flags, { ...env, ...settings });
    assert.equal(server.href, 'mqtt://other');
    assert.deepEqual(options, { cleanSession: true, tls: {} });
  }
  await assert.rejects(planConnection({ host: 'd' }, env), /--cafile cannot be read: \/nowhere/);
  // One that names no server is for all of them.
  const plain = await planConnection({ profile: 'plain', host: 'other' }, env);
  assert.equal(plain.server.href, 'mqtt://other:99');
  assert.equal(plain.options.keepAlive, 7);
  assert.ok(plain.options.tls?.checkServerIdentity);
});

async function profiles(t: TestContext, text: string): Promise<Record<string, string>> {
  const folder = await freshFolder(t);
  await mkdir(join(folder, 'magpie'));
  await writeFile(join(folder, 'magpie', 'profiles.yaml'), text);
  return { XDG_CONFIG_HOME: folder };
}

const NO_PROFILES = { XDG_CONFIG_HOME: '/nowhere' };

test('withScheme() takes a mere name for MQTT over TCP', () => {
  assert.deepEqual(withScheme({ url: 'h:1' }), { url: 'mqtt://h:1' });
  assert.deepEqual(withScheme({ url: 'wss://h' }), { url: 'wss://h' });
  assert.deepEqual(withScheme({}), {});
});
