import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encode, Publish } from '@magpie/protocol';
import { type ClientWorld, clientWorld, connectedWorld } from '../client-world.testing.js';

/** How long a client waits after each failed attempt, in ms. */
async function waits(world: ClientWorld, attempts: number): Promise<number[]> {
  const delays: number[] = [];
  world.client.on('state', (state) => {
    if (state.type === 'waiting') delays.push(Math.round(state.delayMs));
  });
  await world.client.start();
  for (let attempt = 0; attempt < attempts; attempt++) {
    await world.settle();
    world.server.lose();
    await world.settle();
    world.clock.advance(1000);
  }
  return delays;
}

const backOffs = [
  { jitter: 'none', random: 0.5, delays: [100, 200, 400, 800, 1000, 1000] },
  { jitter: 'full', random: 0, delays: [100, 100, 100, 100, 100, 100] },
  { jitter: 'full', random: 0.5, delays: [100, 150, 250, 450, 550, 550] },
  { jitter: 'decorrelated', random: 1, delays: [300, 900, 1000, 1000, 1000, 1000] },
] as const;
for (const { jitter, random, delays } of backOffs) {
  test(`ClientMachine waits longer and longer: jitter ${jitter}, chance ${random}`, async () => {
    const options = { retryInitial: true, reconnect: { minMs: 100, maxMs: 1000, jitter } };
    const world = clientWorld(options, 'mqtt://one', () => random);
    assert.deepEqual(await waits(world, 6), delays);
  });
}

test('ClientMachine waits a short time again when a connection has lasted', async () => {
  const world = await connectedWorld({ reconnect: { minMs: 100, maxMs: 8000, jitter: 'none' } });
  const delays: number[] = [];
  world.client.on('state', (state) => {
    if (state.type === 'waiting') delays.push(state.delayMs);
  });
  for (const lastedMs of [0, 0, 0, 20_000, 0]) {
    world.clock.advance(lastedMs);
    world.server.lose();
    world.clock.advance(8000);
    await world.settle();
    world.server.accept();
  }
  assert.deepEqual(delays, [100, 200, 400, 100, 200]);
});

const orders = [
  { serverOrder: 'round-robin', hosts: ['a', 'b', 'c', 'a', 'b'] },
  { serverOrder: 'priority', hosts: ['a', 'b', 'c', 'a', 'a'] },
] as const;
for (const { serverOrder, hosts } of orders) {
  test(`ClientMachine tries several servers: ${serverOrder}`, async () => {
    const servers = ['mqtt://a', 'mqtt://b', 'mqtt://c'];
    const world = clientWorld({ serverOrder, retryInitial: true }, servers);
    await world.client.start();
    for (let failed = 0; failed < 3; failed++) {
      await world.settle();
      world.server.lose();
    }
    world.clock.advance(1000);
    await world.settle();
    world.server.accept();
    world.server.lose();
    world.clock.advance(2000);
    await world.settle();
    assert.deepEqual(
      world.connections.map(({ server }) => server.hostname),
      hosts,
    );
  });
}

test('ClientMachine gives up after refusalsMax permanent refusals, and says why', async () => {
  const world = clientWorld({ refusalsMax: 2, retryInitial: true });
  const connected = world.client.connected();
  await world.client.start();
  for (const returnCode of [3, 5, 5]) {
    await world.settle();
    world.server.open();
    world.server.send({ type: 'connack', sessionPresent: false, returnCode });
    world.clock.advance(2000);
  }
  await assert.rejects(connected, {
    name: 'ConnectRefusedError',
    code: 'connect-refused',
    returnCode: 5,
    message: 'one refused: this client may not connect (5): check its rights',
  });
  assert.equal(world.connections.length, 3);
});

test('ClientMachine fails at once when the first connection cannot be had', async () => {
  const world = clientWorld({}, ['mqtt://a', 'mqtt://b']);
  const connected = world.client.connected();
  await world.client.start();
  for (let failed = 0; failed < 2; failed++) {
    await world.settle();
    world.server.lose(new Error('connect ECONNREFUSED'));
  }
  await assert.rejects(connected, { code: 'unreachable', message: /^Cannot connect to b/ });
});

test('ClientMachine asks for fresh credentials at each attempt', async () => {
  let count = 0;
  const credentials = () => Promise.resolve({ username: `user-${++count}`, password: 'secret' });
  const world = clientWorld({ credentials, retryInitial: true });
  await world.client.start();
  for (let attempt = 0; attempt < 2; attempt++) {
    await world.settle();
    world.server.open();
    await world.settle();
    const [packet] = world.server.packets;
    assert.ok(packet?.type === 'connect');
    assert.equal(packet.username, `user-${attempt + 1}`);
    assert.deepEqual(Buffer.from(packet.password ?? []).toString(), 'secret');
    world.server.lose();
    world.clock.advance(2000);
  }
});

test('ClientMachine says what CONNECT can say', async () => {
  const will = { topic: 'gone', payload: 'bye', qos: 1, retain: true } as const;
  const options = { clientId: 'c', cleanSession: false, keepAlive: 30, will };
  const world = clientWorld(options, 'mqtt://user:pass%20word@one');
  await world.client.start();
  await world.settle();
  world.server.open();
  await world.settle();
  assert.deepEqual(world.server.packets, [
    {
      type: 'connect',
      protocolVersion: 4,
      clientId: 'c',
      cleanSession: false,
      keepAliveS: 30,
      will: { ...will, payload: new TextEncoder().encode('bye') },
      username: 'user',
      password: new TextEncoder().encode('pass word'),
    },
  ]);
});

test('ClientMachine pings an idle connection, and gives up one that does not answer', async () => {
  const world = await connectedWorld({ keepAlive: 10, pingTimeoutMs: 3000 });
  world.clock.advance(8000);
  assert.deepEqual(world.server.take(), ['pingreq']);
  world.server.send({ type: 'pingresp' });
  world.clock.advance(8000);
  assert.deepEqual(world.server.take(), ['pingreq']);
  world.clock.advance(3000);
  assert.equal(world.server.closing, 'closed now');
  assert.equal(world.errors[0]?.code, 'keep-alive-timeout');
});

test('ClientMachine does not blame the server when the machine has slept', async () => {
  const world = await connectedWorld({ keepAlive: 10, pingTimeoutMs: 3000 });
  world.clock.advance(8000);
  assert.deepEqual(world.server.take(), ['pingreq']);
  world.clock.sleep(3_600_000);
  assert.deepEqual(world.server.take(), ['pingreq']);
  assert.equal(world.client.state.type, 'connected');
  world.clock.advance(3000);
  assert.equal(world.server.closing, 'closed now');
});

test('ClientMachine keeps no bytes of its transport, whose buffer is used again', async () => {
  const { client, server, settle } = await connectedWorld();
  const messages = client.subscribe('t');
  const buffer = Buffer.from(encode(Publish.of({ topic: 't', payload: Buffer.from('one') }), 4));
  server.sendBytes(buffer);
  buffer.fill(0);
  await settle();
  const { value } = await messages.next();
  assert.equal(value?.text(), 'one');
});

test('ClientMachine.wake() does not wait any longer', async () => {
  const world = await connectedWorld();
  world.server.lose();
  assert.equal(world.client.state.type, 'waiting');
  world.client.wake();
  assert.equal(world.client.state.type, 'connecting');
  await world.settle();
  world.server.accept();
  world.client.wake();
  await world.settle();
  assert.deepEqual(world.server.take(), ['connect', 'pingreq']);
});

test('ClientMachine.wake() begins the waits anew', async () => {
  const world = await connectedWorld({ reconnect: { minMs: 100, maxMs: 10_000, jitter: 'none' } });
  const delays: number[] = [];
  world.client.on('state', (state) => {
    if (state.type === 'waiting') delays.push(state.delayMs);
  });
  world.server.lose();
  world.clock.advance(100);
  await world.settle();
  world.server.lose();
  world.client.wake();
  await world.settle();
  world.server.lose();
  assert.deepEqual(delays, [100, 200, 100]);
});

test('ClientMachine.wake() gives up a connection that does not answer then', async () => {
  const world = await connectedWorld({ keepAlive: 3600, pingTimeoutMs: 3000 });
  world.client.wake();
  await world.settle();
  world.clock.advance(2000);
  world.client.wake(); // asking again gives it no more time
  world.clock.advance(999);
  assert.equal(world.client.state.type, 'connected');
  world.clock.advance(1);
  assert.equal(world.errors[0]?.code, 'keep-alive-timeout');
});

test('ClientMachine.suspend() makes no attempt before wake()', async () => {
  const world = await connectedWorld();
  world.client.suspend(); // connected: nothing to suspend
  world.server.lose();
  world.client.suspend();
  world.clock.advance(3_600_000);
  assert.equal(world.client.state.type, 'waiting');
  world.client.wake();
  assert.equal(world.client.state.type, 'connecting');
});

const connack = encode({ type: 'connack', sessionPresent: false, returnCode: 0 }, 4);
/** What a server sends first, and what the client says of it. */
const strangers = [
  {
    name: 'speaks HTTP',
    bytes: Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'),
    code: 'protocol-error',
  },
  { name: 'begins with PINGRESP', bytes: Buffer.from([0xd0, 0]), code: 'protocol-error' },
  { name: 'sends CONNECT', bytes: Buffer.from([0x10, 0]), code: 'protocol-error' },
  { name: 'sends CONNACK twice', bytes: Buffer.concat([connack, connack]), code: 'protocol-error' },
  {
    name: 'acknowledges with SUBACK what is no SUBSCRIBE',
    bytes: Buffer.concat([connack, encode({ type: 'suback', packetId: 9, returnCodes: [0] }, 4)]),
    code: 'protocol-error',
  },
  {
    name: 'declares a packet above maximumPacketSize',
    bytes: Buffer.concat([connack, Buffer.from([0x30, 0xff, 0x7f])]),
    code: 'packet-too-large',
  },
];
for (const { name, bytes, code } of strangers) {
  test(`ClientMachine closes a connection whose server ${name}`, async () => {
    const world = clientWorld({ maximumPacketSize: 1000 });
    await world.client.start();
    await world.settle();
    world.server.open();
    world.server.sendBytes(bytes);
    await world.settle();
    assert.equal(world.server.closing, 'closed now');
    assert.equal(world.errors[0]?.code, code);
    assert.match(world.errors[0].message, /: .{10}/); // what to try
    const tooLarge = code === 'packet-too-large' ? 1 : 0;
    assert.equal(world.client.statistics().packetsTooLarge, tooLarge);
  });
}

const silences = [
  { name: 'never opens', act: () => {} },
  { name: 'sends no CONNACK', act: (world: ClientWorld) => world.server.open() },
];
for (const { name, act } of silences) {
  test(`ClientMachine does not wait forever for a server that ${name}`, async () => {
    const world = clientWorld({ connectTimeoutMs: 5000 });
    const connected = world.client.connected();
    await world.client.start();
    await world.settle();
    act(world);
    world.clock.advance(5000);
    await assert.rejects(connected, { code: 'connect-timeout' });
    assert.equal(world.server.closing, 'closed now');
  });
}

test('ClientMachine does not wait forever for SUBACK', async () => {
  const world = await connectedWorld({ answerTimeoutMs: 4000, keepAlive: 0 });
  world.client.subscribe('a');
  world.clock.advance(4000);
  assert.equal(world.errors[0]?.code, 'no-answer');
  world.clock.advance(2000);
  await world.settle();
  world.server.accept();
  await world.settle();
  assert.deepEqual(world.server.take(), ['connect', 'subscribe 2 a@0']);
});

test('ClientMachine takes an unknown acknowledgement, and refuses a wrong one', async () => {
  const world = await connectedWorld();
  world.server.send({ type: 'puback', packetId: 9 }, { type: 'pubrec', packetId: 9 });
  await world.settle();
  assert.deepEqual(world.server.take(), ['pubrel 9']);
  void world.client.publish('a', '', { qos: 2 });
  await world.settle();
  world.server.send({ type: 'puback', packetId: 1 });
  assert.equal(world.errors[0]?.code, 'protocol-error');
});

test('ClientMachine ends when CONNECT cannot say what it is given', async () => {
  const world = clientWorld({ username: 'x'.repeat(70_000) });
  const connected = world.client.connected();
  await world.client.start();
  await world.settle();
  world.server.open();
  await assert.rejects(connected, { code: 'connect-refused', message: /^username bytes must be/ });
  assert.equal(world.server.closing, 'closed now');
});
