// needs: mosquitto
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { type AddressInfo, connect as dial, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { createClient, type ReceivedMessage } from '@magpie/client';
import type { QoS } from '@magpie/protocol';
import { type CommandRun, runInProcess } from '../command.testing.js';
import { closedPort } from '../doctor/broken-servers.testing.js';
import { freshFolder } from '../fresh-folder.testing.js';
import { startBroker, until } from '../mqtt/broker.testing.js';
import { startMosquitto } from '../mqtt/mosquitto.testing.js';

const env = { XDG_CONFIG_HOME: '/nowhere', MQTT_USERNAME: 'nobody', MQTT_PASSWORD: 'secret' };

function copy(from: string, to: string, args: readonly string[], run: CommandRun = {}) {
  return runInProcess(['copy', from, to, ...args], { env, ...run });
}

/** A client of a server; it ends with the test. */
async function clientOf(t: TestContext, url: string) {
  const client = createClient(url, {});
  t.after(() => client.end({ drain: false }));
  await client.start();
  await client.connected();
  return client;
}

/** What comes to a server, as `topic payload QoS`. */
async function heardAt(t: TestContext, url: string): Promise<string[]> {
  const client = await clientOf(t, url);
  const heard: string[] = [];
  const note = ({ topic, qos, retain }: ReceivedMessage, payload: string) =>
    void heard.push(`${topic} ${payload} ${qos}${retain ? ' r' : ''}`);
  await client.subscribe('#', { qos: 2 }, (message) => note(message, message.text())).ready;
  return heard;
}

/** A way to a server that can be cut. */
async function cuttable(t: TestContext, url: string) {
  const { hostname, port } = new URL(url);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const other = dial(Number(port), hostname);
    for (const [one, two] of [
      [socket, other],
      [other, socket],
    ] as const) {
      sockets.add(one);
      one.on('error', () => {});
      one.on('close', () => {
        sockets.delete(one);
        two.destroy();
      });
      one.pipe(two);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  t.after(() => {
    cut();
    server.close();
  });
  return { url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`, cut, sockets };
}

test('magpie copy copies topics, payloads, QoS and retained marks, by its rules', async (t) => {
  const source = await startBroker(t);
  const target = await startBroker(t);
  const heard = await heardAt(t, target.url);
  await source.broker.publish({ topic: 'plant/7/temp', payload: '21', qos: 1, retain: true });
  await source.broker.publish({ topic: 'plant/7/debug', payload: 'x', retain: true });
  const args = ['-t', 'plant/#', '-T', '+/+/debug', '--map', 'plant/+/temp=test/$1/t', '-C', '3'];
  const running = copy(source.url, target.url, [...args, '--json']);
  await until(() => heard.length === 1);
  await source.broker.publish({ topic: 'plant/8/temp', payload: 'b', qos: 0 });
  await source.broker.publish({ topic: 'plant/state', payload: 'on', qos: 2 });
  const { code, out, err } = await running;
  assert.deepEqual([code, err], [0, []]);
  const { seconds, ...said } = JSON.parse(out.join('')) as Record<string, unknown>;
  assert.ok(Number(seconds) > 0);
  assert.deepEqual(said, {
    messages: 3,
    done: 3,
    payloadBytes: 5,
    retained: 1,
    qos: { 0: 1, 1: 1, 2: 1 },
  });
  await until(() => heard.length === 3);
  assert.deepEqual(heard, ['test/7/t 21 1', 'test/8/t b 0', 'plant/state on 2']);
  const kept = await heardAt(t, target.url);
  await until(() => kept.length === 1);
  assert.deepEqual(kept, ['test/7/t 21 1 r']);
  await until(() => source.broker.gauges().sessions === 0);
  await until(() => target.broker.gauges().sessions === 2);
});

for (const [from, to] of [
  ['mosquitto', 'Magpie'],
  ['Magpie', 'mosquitto'],
] as const) {
  test(`magpie copy --retained-only takes retained messages from ${from} to ${to}`, async (t) => {
    const magpie = await startBroker(t);
    const mosquitto = await startMosquitto(t);
    const [source, target] = from === 'Magpie' ? [magpie.url, mosquitto] : [mosquitto, magpie.url];
    const publisher = await clientOf(t, source);
    const topics = Array.from({ length: 300 }, (_, n) => `plant/${n}`);
    for (const topic of topics) await publisher.publish(topic, 'on', { qos: 1, retain: true });
    const { code, out, err } = await copy(source, target, ['-t', '#', '--retained-only']);
    assert.deepEqual([code, err], [0, []]);
    assert.match(out.join(), /^Copied 300 messages of 600 bytes in [\d.]+ s \(QoS 0: 0, 1: 300, 2/);
    const kept = await heardAt(t, target);
    await until(() => kept.length === 300);
    assert.deepEqual(kept.toSorted(), topics.map((topic) => `${topic} on 1 r`).toSorted());
  });
}

for (const [qos, kind] of [
  [1, 'Magpie'],
  [2, 'Magpie'],
  [2, 'mosquitto'],
] as const) {
  test(`magpie copy loses nothing of QoS ${qos} at ${kind} when both ways are cut`, async (t) => {
    const start = async () => (kind === 'Magpie' ? (await startBroker(t)).url : startMosquitto(t));
    const [sourceUrl, targetUrl] = [await start(), await start()];
    const source = await cuttable(t, sourceUrl);
    const target = await cuttable(t, targetUrl);
    const heard = await heardAt(t, targetUrl);
    const stop = new AbortController();
    const running = copy(source.url, target.url, ['-t', 'a'], { signal: stop.signal });
    await until(() => source.sockets.size > 0 && target.sockets.size > 0);
    const publisher = await clientOf(t, sourceUrl);
    await firstCopied(publisher, heard, qos);
    for (let n = 0; n < 400; n++) {
      await publisher.publish('a', String(n), { qos });
      if (n % 100 === 30) source.cut();
      if (n % 100 === 60) target.cut();
    }
    const numbers = () => heard.map((line) => line.split(' ')[1]).filter((one) => one !== 'first');
    await until(() => new Set(numbers()).size === 400);
    stop.abort('SIGINT');
    const { code, out, err } = await running;
    assert.equal(code, 0);
    assert.match(out.at(-1)!, /^Copied \d+ messages/);
    assert.ok(
      err.some((line) => /^source: .*trying again/.test(line)),
      err.join(),
    );
    assert.ok(
      err.some((line) => /^target: .*trying again/.test(line)),
      err.join(),
    );
    const wanted = Array.from({ length: 400 }, (_, n) => String(n));
    if (qos === 2) assert.deepEqual(numbers(), wanted, 'once each, in order');
    else assert.deepEqual([...new Set(numbers())], wanted);
  });
}

/** Publishes until the copy is there: then the subscription stands. */
async function firstCopied(
  publisher: Awaited<ReturnType<typeof clientOf>>,
  heard: readonly string[],
  qos: QoS,
): Promise<void> {
  while (heard.length === 0) await publisher.publish('a', 'first', { qos });
}

test('magpie copy does not tell the source what the target has not acknowledged', async (t) => {
  const source = await startBroker(t);
  const target = await startBroker(t);
  const way = await cuttable(t, target.url);
  const args = ['-t', 'a', '--from-id', 'copier'];
  const stop = new AbortController();
  const shown: string[] = [];
  const running = copy(source.url, way.url, args, {
    signal: stop.signal,
    screen: { columns: 80, rows: 24 },
    onPrint: (text) => void shown.push(text),
  });
  await until(() => source.broker.gauges().subscriptions === 1);
  await target.broker.close();
  await until(() => way.sockets.size === 0);
  for (const payload of ['1', '2']) await source.broker.publish({ topic: 'a', payload, qos: 1 });
  await until(() => shown.some((text) => text.startsWith('\r2 messages, 0 there, ')));
  stop.abort('SIGINT');
  const { code, out, err } = await running;
  assert.equal(code, 1);
  assert.match(out.at(-1)!, /^Copied 0 messages/);
  assert.match(err.join('\n'), /The target has not acknowledged 2 messages/);
  const { inflightMessages, queuedMessages } = source.broker.gauges();
  assert.equal(inflightMessages + queuedMessages, 2, 'they wait for the next run');
});

test('magpie copy leaves no session where it ends before the source has answered', async (t) => {
  const stop = new AbortController();
  const authorizer = {
    mayPublish: () => true,
    maySubscribe: () => {
      stop.abort('SIGINT');
      return true;
    },
  };
  const source = await startBroker(t, { authorizer });
  const target = await startBroker(t);
  const { code, err } = await copy(source.url, target.url, ['-t', 'a'], { signal: stop.signal });
  assert.deepEqual([code, err], [0, []]);
  await until(() => source.broker.gauges().sessions === 0);
  await until(() => target.broker.gauges().sessions === 0);
});

const wrong: [args: string[], err: RegExp][] = [
  [['mqtt://a.invalid', 'mqtt://b.invalid'], /^What to copy\? Give --topic$/],
  [['mqtt://a.invalid', 'mqtt://b.invalid/x', '-t', 'a'], /^A topic in the target's URL says noth/],
  [['mqtt://a.invalid', 'mqtt://b.invalid', '-t', 'a#'], /^'a#' is no topic filter/],
  [
    ['mqtt://a.invalid', 'mqtt://b.invalid', '-t', 'a', '--map', 'x'],
    /^--map must be FILTER=TOPIC/,
  ],
  [['mqtt://a.invalid', 'mqtt://b.invalid', '-t', 'a', '-R', '--retained-only'], /give one$/],
  [
    ['mqtt://localhost', 'mqtt://127.0.0.1:1883', '-t', 'a/#'],
    /^Source and target are both 127\.0\.0\.1:1883, and copies of 'a\/#' would be/,
  ],
  [
    ['mqtt://a.invalid', 'mqtt://A.invalid', '-t', 'a/#', '--map', 'a/#=a/copy/$1'],
    /would be copied again/,
  ],
  [['mqtt://a.invalid', 'mqtt://b.invalid', '-t', 'a', '-q', '3'], /^--qos must be/],
  [
    ['mqtts://a.invalid', 'mqtt://b.invalid', '-t', 'a', '--from-psk', '00'],
    /needs its name: give --from-psk and --from-psk-identity$/,
  ],
  [
    ['mqtts://a.invalid', 'b.invalid', '-t', 'a', '--from-psk', '0', '--from-psk-identity', 'x'],
    /^--from-psk must be bytes in hexadecimal$/,
  ],
  [
    ['mqtts://a.invalid', 'b.invalid', '-t', 'a', '--to-psk', '00', '--to-psk-identity', 'x'],
    /^--to-psk is of TLS: b\.invalid needs mqtts:\/\/ or wss:\/\/$/,
  ],
  [
    ['mqtts://a.invalid', 'mqtts://b.invalid', '-t', 'a', '--tls-version', '1.2'],
    /^--tls-version must be one of/,
  ],
  [['mqtt://a.invalid', 'mqtt://b.invalid', '-t', 'a', '-A', 'here'], /^--bind-address must be/],
];
for (const [args, err] of wrong) {
  test(`magpie copy refuses "${args.join(' ')}" in one line, with code 2`, async () => {
    const said = await runInProcess(['copy', ...args], { env });
    assert.equal(said.code, 2);
    assert.equal(said.err.length, 1);
    assert.match(said.err[0]!, err);
  });
}

/** mosquitto with a listener for a shared key, and one without. */
async function mosquittoWithKey(t: TestContext, name: string, key: string) {
  const [file, port] = [join(await freshFolder(t), 'keys'), await closedPort()];
  await writeFile(file, `${name}:${key}\n`);
  const lines = [`listener ${port} 127.0.0.1`, 'psk_hint plant', `psk_file ${file}`];
  return { plain: await startMosquitto(t, lines), secure: `mqtts://127.0.0.1:${port}` };
}

test('magpie copy has a shared key for each side, and terms of TLS for both', async (t) => {
  const source = await mosquittoWithKey(t, 'us', 'aa01');
  const target = await mosquittoWithKey(t, 'them', 'bb02');
  const heard = await heardAt(t, target.plain);
  const publisher = await clientOf(t, source.plain);
  await publisher.publish('a', '1', { qos: 1, retain: true });
  const keys = ['--from-psk', 'aa01', '--from-psk-identity', 'us', '--to-psk', 'bb02'];
  const both = ['--to-psk-identity', 'them', '--tls-version', 'tlsv1.2', '-A', '127.0.0.1'];
  const args = ['-t', 'a', '--retained-only', ...keys, ...both];
  const named = ['--ciphers', 'PSK-AES128-GCM-SHA256', '--cafile', 'is not read'];
  const { code, err } = await copy(source.secure, target.secure, [...args, ...named]);
  assert.deepEqual([code, err], [0, []]);
  await until(() => heard.length > 0);
  assert.deepEqual(heard, ['a 1 1']);
  const wrong = args.map((arg) => (arg === 'bb02' ? 'aa01' : arg));
  const refused = await copy(source.secure, target.secure, wrong);
  assert.equal(refused.code, 1);
  const other = await copy(source.secure, target.secure, [...args, '--ciphers', 'AES128-SHA']);
  assert.equal(other.code, 1, 'no cipher suite for a key');
});

test('magpie copy connects to both from the address that is given', async (t) => {
  const addresses: string[] = [];
  const authenticator = {
    authenticate: ({ address }: { readonly address: string }) => {
      addresses.push(address);
      return { allowed: true } as const;
    },
  };
  const { url } = await startBroker(t, { authenticator });
  await copy(url, url, ['-t', 'a', '--map', 'a=b', '--duration', '0.1', '-A', '127.0.0.3']);
  assert.ok(addresses.length >= 2);
  assert.deepEqual([...new Set(addresses)], ['127.0.0.3']);
});

test('magpie copy says in one line which server cannot be had', async (t) => {
  const { url } = await startBroker(t);
  for (const [from, to] of [
    ['mqtt://127.0.0.1:1', url],
    [url, 'mqtt://127.0.0.1:1'],
  ] as const) {
    const { code, out, err } = await copy(from, to, ['-t', 'a']);
    assert.deepEqual([code, out, err.length], [1, [], 1]);
    assert.match(err[0]!, /^Cannot connect to 127\.0\.0\.1:1 /);
  }
});

test('magpie copy copies at one server to other topics', async (t) => {
  const { broker, url } = await startBroker(t);
  const heard = await heardAt(t, url);
  const running = copy(url, url, ['-t', 'a/#', '--map', 'a/#=b/$1', '-C', '1']);
  await until(() => broker.gauges().subscriptions === 2);
  await broker.publish({ topic: 'a/x', payload: '1', qos: 1 });
  assert.equal((await running).code, 0);
  await until(() => heard.length === 2);
  assert.deepEqual(heard, ['a/x 1 1', 'b/x 1 1']);
});

test('magpie copy sends no password of the environment to either server', async (t) => {
  const names: (string | undefined)[] = [];
  const authenticator = {
    authenticate: ({ username }: { readonly username?: string | undefined }) => {
      names.push(username);
      return { allowed: true } as const;
    },
  };
  const { url } = await startBroker(t, { authenticator });
  await copy(url, url, ['-t', 'a', '--map', 'a=b', '--duration', '0.1']);
  assert.ok(names.length >= 2);
  assert.deepEqual([...new Set(names)], [undefined]);
});
