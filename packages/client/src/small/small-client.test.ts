import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeConnection } from '../client-world.testing.js';
import { ClientError } from '../errors.js';
import type { ClientState } from '../model/client-state.js';
import { ManualClock } from '../model/manual-clock.testing.js';
import { SmallClient } from './small-client.js';
import type { SmallOptions } from './small-options.js';

const settled = () =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

function world(options: SmallOptions = {}) {
  const clock = new ManualClock();
  const connections: FakeConnection[] = [];
  const client = new SmallClient(new URL('ws://one'), options, {
    clock,
    random: () => 0.999,
    open: (server, handler) => {
      connections.push(new FakeConnection(server, handler));
      return connections.at(-1)!;
    },
  });
  const states: string[] = [];
  const errors: string[] = [];
  client.on('state', ({ type }) => states.push(type));
  client.on('error', ({ code }) => errors.push(code));
  const server = () => connections.at(-1)!;
  return { client, clock, connections, states, errors, server };
}

function connected(options: SmallOptions = {}) {
  const made = world(options);
  made.client.start();
  made.server().accept();
  made.server().take();
  return made;
}

async function fate(promise: Promise<unknown>): Promise<string> {
  try {
    const pending = Symbol('pending');
    const result = await Promise.race([promise, Promise.resolve(pending)]);
    return result === pending ? 'pending' : 'done';
  } catch (error) {
    return error instanceof ClientError ? error.code : (error as Error).name;
  }
}

test('SmallClient takes what the browser throws for a failed attempt', async () => {
  const open = () => {
    throw new Error('not from a secure page');
  };
  const parts = { clock: new ManualClock(), random: () => 0, open };
  const client = new SmallClient(new URL('ws://one'), {}, parts);
  client.start();
  const states: ClientState[] = [client.state];
  await settled();
  states.push(client.state);
  assert.deepEqual(
    states.map(({ type }) => type),
    ['connecting', 'ended'],
  );
  assert.match(JSON.stringify(states[1], ['why', 'advice', 'code']), /unreachable/);
});

test('SmallClient says who it is', () => {
  const { client, server, states } = world({ clientId: 'me', username: 'u', password: 'p' });
  client.start();
  server().open();
  const [hello] = server().packets;
  assert.ok(hello?.type === 'connect');
  assert.deepEqual(
    [hello.clientId, hello.username, hello.cleanSession, hello.keepAliveS],
    ['me', 'u', true, 60],
  );
  assert.equal(new TextDecoder().decode(hello.password), 'p');
  assert.deepEqual(states, ['connecting']);
});

test('SmallClient refuses options that MQTT cannot say', () => {
  assert.throws(() => world({ keepAlive: 65_536 }), RangeError);
  assert.throws(() => world({ clientId: 'x'.repeat(65_536) }), RangeError);
});

test('SmallClient publishes QoS 0 and 1', async () => {
  const { client, server } = connected();
  const once = client.publish('a', 'x');
  const least = client.publish('a', new Uint8Array([0x79]), { qos: 1, retain: true });
  assert.deepEqual(server().take(), ['publish 0 a=x', 'publish 1 a=y id 1 retain']);
  assert.deepEqual([await fate(once), await fate(least)], ['done', 'pending']);
  server().send({ type: 'puback', packetId: 1 });
  assert.equal(await fate(least), 'done');
});

const refused = [
  ['a/#', 0],
  ['', 0],
  ['a', 2],
] as const;
for (const [topic, qos] of refused) {
  test(`SmallClient.publish() refuses '${topic}' at QoS ${qos}`, async () => {
    const { client } = connected();
    assert.equal(await fate(client.publish(topic, 'x', { qos: qos as 0 })), 'TypeError');
  });
}

test('SmallClient.subscribe() refuses a filter that is none, and QoS 2', () => {
  const { client } = connected();
  assert.throws(() => client.subscribe('a#', {}, () => {}), TypeError);
  assert.throws(() => client.subscribe('a', { qos: 2 as 1 }, () => {}), TypeError);
});

test('SmallClient hands on what it has subscribed to, and acknowledges', async () => {
  const { client, server } = connected();
  const got: string[] = [];
  const { ready } = client.subscribe('a/+', { qos: 1 }, (message) => void got.push(message.text()));
  assert.deepEqual(server().take(), ['subscribe 1 a/+@1']);
  server().send({ type: 'suback', packetId: 1, returnCodes: [1] });
  assert.equal(await ready, 1);
  server().publish({ topic: 'a/b', payload: Buffer.from('x'), qos: 1, packetId: 9 });
  await settled();
  assert.deepEqual([got, server().take()], [['x'], ['puback 9']]);
});

test('SmallClient.unsubscribe() resolves when the server has let it go', async () => {
  const { client, server } = connected();
  const subscription = client.subscribe('a', {}, () => {});
  const gone = subscription.unsubscribe();
  assert.deepEqual(server().take(), ['subscribe 1 a@0', 'unsubscribe 2 a']);
  assert.equal(await fate(gone), 'pending');
  server().send({ type: 'unsuback', packetId: 2 });
  assert.equal(await fate(gone), 'done');
});

test('SmallClient connects, subscribes and sends again what has no PUBACK', async () => {
  const { client, clock, server, states, errors, connections } = connected();
  client.subscribe('a', { qos: 1 }, () => {});
  const least = client.publish('b', 'x', { qos: 1 });
  server().take();
  server().lose();
  assert.deepEqual([states.at(-1), errors], ['waiting', ['connection-lost']]);
  const later = client.publish('c', 'y');
  clock.advance(999);
  assert.equal(connections.length, 1);
  clock.advance(2);
  server().accept();
  assert.deepEqual(server().take(), [
    'connect',
    'subscribe 3 a@1',
    'publish 1 b=x id 2 dup',
    'publish 0 c=y',
  ]);
  server().send({ type: 'puback', packetId: 2 });
  assert.deepEqual([await fate(least), await fate(later)], ['done', 'done']);
});

test('SmallClient waits longer each time', () => {
  const { clock, server, connections } = connected();
  server().lose();
  const beganMs: number[] = [];
  for (let second = 0; second < 16; second++) {
    const before = connections.length;
    clock.advance(1000);
    if (connections.length === before) continue;
    beganMs.push(second);
    server().lose();
  }
  assert.deepEqual(beganMs, [0, 2, 6, 14]);
});

test('SmallClient gives up when the first connection cannot be had', () => {
  const { client, server, states } = world();
  client.start();
  server().lose(new Error('no such host'));
  assert.deepEqual(states, ['connecting', 'ended']);
  assert.equal(client.state.type === 'ended' && client.state.why?.code, 'unreachable');
});

test('SmallClient gives up when it is refused for good', () => {
  const { clock, client, server } = connected();
  server().lose();
  clock.advance(2000);
  server().open();
  server().send({ type: 'connack', sessionPresent: false, returnCode: 5 });
  assert.equal(client.state.type === 'ended' && client.state.why?.code, 'connect-refused');
});

test('SmallClient gives up a server that does not answer', () => {
  const { client, clock, server } = world({ connectTimeoutMs: 500 });
  client.start();
  clock.advance(500);
  assert.equal(client.state.type === 'ended' && client.state.why?.code, 'connect-timeout');
  assert.equal(server().closing, 'closed now');
});

test('SmallClient pings, and gives up a server that has fallen silent', () => {
  const { clock, server, errors } = connected({ keepAlive: 10 });
  clock.advance(8000);
  assert.deepEqual(server().take(), ['pingreq']);
  server().send({ type: 'pingresp' });
  clock.advance(8000);
  assert.deepEqual(server().take(), ['pingreq']);
  clock.advance(10_000);
  assert.deepEqual(errors, ['keep-alive-timeout']);
});

test('SmallClient.wake() does not wait any longer, and asks a server whether it is there', () => {
  const { client, server, connections, clock } = connected();
  client.wake();
  assert.deepEqual(server().take(), ['pingreq']);
  server().lose();
  client.suspend();
  clock.advance(1e6);
  assert.equal(connections.length, 1);
  client.wake();
  assert.equal(connections.length, 2);
});

const wrong = [
  ['an unexpected acknowledgement', [0x40, 2, 0, 1]],
  ['an answer to nothing', [0xb0, 2, 0, 1]],
  ['a second CONNACK', [0x20, 2, 0, 0]],
  ['a QoS 2 message', [0x34, 5, 0, 1, 0x61, 0, 1]],
  ['what only clients send', [0xc0, 0]],
] as const;
for (const [what, bytes] of wrong) {
  test(`SmallClient ends a connection that brings ${what}`, () => {
    const { server, errors } = connected();
    server().sendBytes(new Uint8Array(bytes));
    assert.deepEqual([errors, server().closing], [['protocol-error'], 'closed now']);
  });
}

test('SmallClient wants CONNACK first', () => {
  const { client, server } = world();
  client.start();
  server().open();
  server().send({ type: 'pingresp' });
  assert.equal(client.state.type === 'ended' && client.state.why?.code, 'protocol-error');
});

test('SmallClient.publish() refuses a payload that is neither text nor bytes', async () => {
  const { client, server } = connected();
  await assert.rejects(client.publish('a', { celsius: 21 } as never), TypeError);
  assert.deepEqual(server().take(), []);
});

test('SmallClient waits while the network takes nothing', () => {
  const { client, server } = connected();
  server().pendingBytes = 2_000_000;
  void client.publish('a', 'x');
  assert.deepEqual(server().take(), []);
  server().drain();
  assert.deepEqual(server().take(), ['publish 0 a=x']);
});

test('SmallClient.end() says DISCONNECT, and tells whoever waits', async () => {
  const { client, server, clock } = connected();
  const waits = client.publish('a', 'x', { qos: 1 });
  const { ready } = client.subscribe('a', {}, () => {});
  server().take();
  client.end();
  client.end();
  assert.deepEqual([server().take(), server().closing], [['disconnect'], 'closed']);
  assert.deepEqual(await Promise.all([waits, ready, client.publish('a')].map(fate)), [
    'ended',
    'ended',
    'ended',
  ]);
  assert.throws(() => client.subscribe('a', {}, () => {}), { code: 'ended' });
  clock.advance(1e6);
  assert.equal(clock.armed, 0);
});
