import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { type ClientWorld, clientWorld, connectedWorld } from './client-world.testing.js';
import { ClientError } from './errors.js';
import { deduplicate } from './dedup/deduplicate.js';
import { envelopeCodec } from './dedup/envelope-codec.js';
import { jsonCodec, textCodec } from './model/codec.js';

const PERSISTENT = { clientId: 'c', cleanSession: false } as const;

/** The connection breaks; the client waits, and comes back. */
async function reconnect(world: ClientWorld, sessionPresent: boolean): Promise<void> {
  world.server.lose();
  await world.settle();
  world.clock.advance(2000);
  await world.settle();
  world.server.accept(sessionPresent);
  await world.settle();
}

async function fate(promise: Promise<unknown>): Promise<string> {
  const pending = Symbol('pending');
  try {
    const result = await Promise.race([promise, Promise.resolve(pending)]);
    return result === pending ? 'pending' : 'done';
  } catch (error) {
    return error instanceof ClientError ? error.code : (error as Error).name;
  }
}

test('Client.publish() sends what one turn publishes in one write, in order', async () => {
  const { client, server, settle } = await connectedWorld();
  const before = server.writes;
  void client.publish('a', '1');
  void client.publish('b', '2', { qos: 1 });
  void client.publish('c', new Uint8Array([0x33]), { qos: 2, retain: true });
  await settle();
  const sent = ['publish 0 a=1', 'publish 1 b=2 id 1', 'publish 2 c=3 id 2 retain'];
  assert.deepEqual(server.take(), sent);
  assert.equal(server.writes - before, 1);
});

test('Client.publish() resolves when the handshake of its QoS is complete', async () => {
  const { client, server, settle } = await connectedWorld();
  const once = client.publish('a', 'x');
  const least = client.publish('a', 'y', { qos: 1 });
  const exactly = client.publish('a', 'z', { qos: 2 });
  await settle();
  assert.equal(await fate(once), 'done');
  assert.equal(await fate(least), 'pending');
  server.send({ type: 'puback', packetId: 1 });
  assert.equal(await fate(least), 'done');
  server.take();
  server.send({ type: 'pubrec', packetId: 2 });
  await settle();
  assert.deepEqual(server.take(), ['pubrel 2']);
  assert.equal(await fate(exactly), 'pending');
  server.send({ type: 'pubcomp', packetId: 2 });
  assert.equal(await fate(exactly), 'done');
});

test('Client.publish() keeps to inflightMax', async () => {
  const { client, server, settle } = await connectedWorld({ inflightMax: 2 });
  for (const payload of ['1', '2', '3']) void client.publish('a', payload, { qos: 1 });
  await settle();
  assert.deepEqual(server.take(), ['publish 1 a=1 id 1', 'publish 1 a=2 id 2']);
  server.send({ type: 'puback', packetId: 1 });
  await settle();
  assert.deepEqual(server.take(), ['publish 1 a=3 id 3']);
});

test('Client.end() with `now` breaks the connection at once', async () => {
  const { client, server, settle } = await connectedWorld();
  const open = client.publish('a', 'x', { qos: 1 });
  await settle();
  server.take();
  await client.end({ now: true });
  assert.deepEqual([server.take(), server.closing], [[], 'closed now']);
  await assert.rejects(open, { code: 'ended' });
});

test('Client sends again what was not acknowledged, with DUP and its identifier', async () => {
  const world = await connectedWorld(PERSISTENT);
  const { client, settle } = world;
  void client.publish('a', '1', { qos: 1 });
  void client.publish('b', '2', { qos: 2 });
  void client.publish('c', '3', { qos: 2 });
  await settle();
  world.server.send({ type: 'pubrec', packetId: 2 });
  await settle();
  await reconnect(world, true);
  const again = ['publish 1 a=1 id 1 dup', 'pubrel 2', 'publish 2 c=3 id 3 dup'];
  assert.deepEqual(world.server.take().slice(1), again);
  // A second break in the middle of it loses nothing, either.
  await reconnect(world, true);
  assert.deepEqual(world.server.take().slice(1), again);
});

test('Client does not repeat what a server has answered with PUBREC and then forgot', async () => {
  const world = await connectedWorld(PERSISTENT);
  const done = world.client.publish('b', '2', { qos: 2 });
  await world.settle();
  world.server.send({ type: 'pubrec', packetId: 1 });
  await reconnect(world, false);
  assert.deepEqual(world.server.take(), ['connect']);
  assert.equal(await fate(done), 'done');
});

test('Client keeps what is published while there is no connection, in order', async () => {
  const world = await connectedWorld();
  world.server.lose();
  await world.settle();
  const sent = [world.client.publish('a', '1'), world.client.publish('a', '2', { qos: 1 })];
  world.clock.advance(2000);
  await world.settle();
  world.server.accept();
  await world.settle();
  const words = ['connect', 'publish 0 a=1', 'publish 1 a=2 id 1'];
  assert.deepEqual(world.server.take(), words);
  assert.equal(await fate(sent[0]!), 'done');
});

const fullOutbox = [
  { policy: 'reject', fates: ['pending', 'pending', 'outbox-full'], sent: ['1', '2'] },
  { policy: 'drop-oldest', fates: ['outbox-full', 'pending', 'pending'], sent: ['2', '3'] },
  { policy: 'drop-qos0', fates: ['pending', 'outbox-full', 'pending'], sent: ['1', '3'] },
] as const;
for (const { policy, fates, sent } of fullOutbox) {
  test(`Client.publish() with a full outbox: ${policy}`, async () => {
    const world = clientWorld({ outboxMessagesMax: 2, outboxPolicy: policy });
    const { client } = world;
    const promises = [
      client.publish('a', '1', { qos: 1 }),
      client.publish('a', '2'),
      client.publish('a', '3', { qos: 1 }),
    ];
    assert.deepEqual(await Promise.all(promises.map(fate)), fates);
    assert.equal(client.statistics().outboxDropped, 1);
    await client.start();
    await world.settle();
    world.server.accept();
    await world.settle();
    const payloads = world.server
      .take()
      .slice(1)
      .map((words) => /=(\d)/.exec(words)?.[1]);
    assert.deepEqual(payloads, sent);
  });
}

test('Client.publish() waits while the network does not take bytes', async () => {
  const { client, server, settle } = await connectedWorld();
  server.pendingBytes = 2 ** 20;
  const waiting = client.publish('a', '1');
  await settle();
  assert.equal(await fate(waiting), 'pending');
  server.drain();
  await settle();
  assert.deepEqual(server.take(), ['publish 0 a=1']);
});

const badPublishes = [
  { topic: '', qos: 0, name: 'TypeError' },
  { topic: 'a/+', qos: 0, name: 'TypeError' },
  { topic: 'a', qos: 3, name: 'TypeError' },
] as const;
for (const { topic, qos, name } of badPublishes) {
  test(`Client.publish() refuses topic '${topic}' at QoS ${qos}`, async () => {
    const { client } = clientWorld();
    assert.equal(await fate(client.publish(topic, '', { qos: qos as 0 })), name);
  });
}

test('Client.publish() refuses what exceeds maximumPacketSize', async () => {
  const { client } = clientWorld({ maximumPacketSize: 100 });
  assert.equal(await fate(client.publish('topic', 'x'.repeat(100))), 'packet-too-large');
  assert.equal(await fate(client.publish('topic', 'x'.repeat(80))), 'pending');
});

test('Client.publish() can be taken back while it waits', async () => {
  const world = clientWorld();
  const abort = new AbortController();
  const gone = world.client.publish('a', '1', { qos: 1, signal: abort.signal });
  const stays = world.client.publish('a', '2', { qos: 1 });
  abort.abort();
  assert.equal(await fate(gone), 'AbortError');
  await world.client.start();
  await world.settle();
  world.server.accept();
  await world.settle();
  assert.deepEqual(world.server.take(), ['connect', 'publish 1 a=2 id 2']);
  assert.equal(await fate(stays), 'pending');
});

test('Client acknowledges when the loop asks for the next message', async () => {
  const { client, server, settle } = await connectedWorld();
  const subscription = client.subscribe('a/#', { qos: 2 });
  await settle();
  assert.deepEqual(server.take(), ['subscribe 1 a/#@2']);
  server.send({ type: 'suback', packetId: 1, returnCodes: [1] });
  assert.equal(await subscription.ready, 1);
  const payload = Buffer.from('m');
  server.publish({ topic: 'a/1', payload, qos: 1, packetId: 7 });
  server.publish({ topic: 'a/2', payload, qos: 2, packetId: 8 });
  server.publish({ topic: 'b', payload, qos: 0 });
  const first = await subscription.next();
  assert.equal(first.value?.topic, 'a/1');
  await settle();
  assert.deepEqual(server.take(), []);
  assert.equal((await subscription.next()).value?.topic, 'a/2');
  await settle();
  assert.deepEqual(server.take(), ['puback 7']);
  const third = subscription.next();
  await settle();
  assert.deepEqual(server.take(), ['pubrec 8']);
  server.send({ type: 'pubrel', packetId: 8 });
  await settle();
  assert.deepEqual(server.take(), ['pubcomp 8']);
  void subscription.unsubscribe();
  assert.equal((await third).done, true);
});

test('Client acknowledges in the order of arrival (MQTT-4.6.0-2)', async () => {
  const { client, server, settle } = await connectedWorld();
  const slow = client.subscribe('slow', { qos: 1 });
  client.subscribe('fast', { qos: 1 }, () => {});
  await settle();
  server.take();
  server.publish({ topic: 'slow', payload: Buffer.of(), qos: 1, packetId: 1 });
  server.publish({ topic: 'fast', payload: Buffer.of(), qos: 1, packetId: 2 });
  await slow.next();
  await settle();
  assert.deepEqual(server.take(), []);
  void slow.next();
  await settle();
  assert.deepEqual(server.take(), ['puback 1', 'puback 2']);
});

test('Client waits for every subscription that has the message', async () => {
  const { client, server, settle } = await connectedWorld();
  let finish: (() => void) | undefined;
  const busy = new Promise<void>((resolve) => {
    finish = resolve;
  });
  client.subscribe('a', { qos: 1 }, () => busy);
  client.subscribe('+', { qos: 1 }, () => {});
  await settle();
  server.take();
  server.publish({ topic: 'a', payload: Buffer.of(), qos: 1, packetId: 1 });
  await settle();
  assert.deepEqual(server.take(), []);
  finish?.();
  await settle();
  assert.deepEqual(server.take(), ['puback 1']);
});

test('Client hands a message on once that the server sends again after a reconnect', async () => {
  const world = await connectedWorld(PERSISTENT);
  const got: string[] = [];
  let finish: (() => void) | undefined;
  const busy = new Promise<void>((resolve) => {
    finish = resolve;
  });
  world.client.subscribe('a', { qos: 2 }, (message) => {
    got.push(message.text());
    return busy;
  });
  await world.settle();
  world.server.send({ type: 'suback', packetId: 1, returnCodes: [2] });
  const message = { topic: 'a', payload: Buffer.from('m'), qos: 2, packetId: 5 } as const;
  world.server.publish(message);
  await reconnect(world, true);
  world.server.publish({ ...message, dup: true });
  await world.settle();
  assert.deepEqual(world.server.take(), ['connect']);
  finish?.();
  await world.settle();
  assert.deepEqual(world.server.take(), ['pubrec 5']);
  // PUBREC is lost, too: the application is done, so it is only answered.
  await reconnect(world, true);
  world.server.publish({ ...message, dup: true });
  await world.settle();
  assert.deepEqual(world.server.take(), ['connect', 'pubrec 5']);
  assert.deepEqual(got, ['m']);
  assert.equal(world.client.statistics().messagesRepeated, 2);
});

test('Client stops reading while the application is behind, and pings go on', async () => {
  const world = await connectedWorld({ bufferBytesMax: 100, keepAlive: 10 });
  const { client, server, settle, clock } = world;
  const subscription = client.subscribe('a', { qos: 1 });
  await settle();
  server.send({ type: 'suback', packetId: 1, returnCodes: [1] });
  server.take();
  for (const packetId of [1, 2]) {
    server.publish({ topic: 'a', payload: new Uint8Array(60), qos: 1, packetId });
  }
  assert.equal(server.paused, true);
  clock.advance(60_000);
  await settle();
  assert.equal(client.state.type, 'connected');
  assert.ok(server.take().filter((words) => words === 'pingreq').length >= 3);
  await subscription.next();
  await subscription.next();
  void subscription.next();
  assert.equal(server.paused, false);
});

test('Client drops QoS 0 beyond bufferMax, and counts it', async () => {
  const { client, server, settle } = await connectedWorld();
  const subscription = client.subscribe('a', { bufferMax: 2 });
  await settle();
  for (const text of ['1', '2', '3']) server.publish({ topic: 'a', payload: Buffer.from(text) });
  assert.equal(subscription.buffered, 2);
  assert.equal(client.statistics().messagesDropped, 1);
});

test('Client keeps what a session brings before somebody subscribes', async () => {
  const world = await connectedWorld(PERSISTENT, true);
  world.server.publish({ topic: 'a', payload: Buffer.from('early'), qos: 1, packetId: 3 });
  await world.settle();
  assert.deepEqual(world.server.take(), []);
  const got: string[] = [];
  world.client.subscribe('a', { qos: 1 }, (message) => void got.push(message.text()));
  await world.settle();
  assert.deepEqual(got, ['early']);
  assert.deepEqual(world.server.take(), ['subscribe 1 a@1', 'puback 3']);
});

test('Client goes on when a session brings what nobody subscribes to', async () => {
  const world = await connectedWorld({ ...PERSISTENT, bufferBytesMax: 500 }, true);
  const { client, server, settle, clock, errors } = world;
  client.subscribe('a', { qos: 1 }, () => {});
  await settle();
  server.take();
  const payload = new Uint8Array(99);
  for (let packetId = 1; packetId <= 19; packetId++) {
    server.publish({ topic: 'forgotten', payload, qos: 1, packetId });
  }
  server.publish({ topic: 'a', payload, qos: 1, packetId: 20 });
  await settle();
  assert.equal(server.paused, false);
  assert.deepEqual(server.take(), []); // MQTT-4.6.0-2: not before those of `forgotten`
  clock.advance(10_000);
  await settle();
  assert.equal(server.take().filter((words) => words.startsWith('puback')).length, 20);
  const { messagesDropped, bufferedBytes } = client.statistics();
  assert.deepEqual([messagesDropped, bufferedBytes], [19, 0]);
  assert.deepEqual(
    errors.map(({ code }) => code),
    ['unclaimed'],
  );
  // From now on nothing waits.
  server.publish({ topic: 'forgotten', payload, qos: 2, packetId: 21 });
  await settle();
  assert.deepEqual(server.take(), ['pubrec 21']);
});

test('Client with unclaimed policy end leaves with the server what nobody takes', async () => {
  const unclaimed = { policy: 'end', afterMs: 100 } as const;
  const world = await connectedWorld({ ...PERSISTENT, unclaimed }, true);
  const { client, server, settle, clock } = world;
  server.publish({ topic: 'forgotten', qos: 1, packetId: 1, payload: Buffer.from('x') });
  clock.advance(100);
  await settle();
  assert.deepEqual(server.take(), []);
  assert.equal(client.state.type === 'ended' && client.state.why?.code, 'unclaimed');
  assert.equal(server.closing, 'closed now');
});

test('Client hands what nobody takes to the unclaimed handler', async () => {
  const got: string[] = [];
  const handler = ({ topic }: { topic: string }) => void got.push(topic);
  const unclaimed = { handler, afterMs: 100 } as const;
  const { server, settle, clock } = await connectedWorld({ ...PERSISTENT, unclaimed }, true);
  server.publish({ topic: 'forgotten', qos: 1, packetId: 1, payload: Buffer.from('x') });
  clock.advance(100);
  await settle();
  assert.deepEqual([got, server.take()], [['forgotten'], ['puback 1']]);
});

test('Client acknowledges what still comes of a filter that it unsubscribes from', async () => {
  const { client, server, settle, errors } = await connectedWorld();
  const subscription = client.subscribe('$share/all/a/+', { qos: 1 });
  await settle();
  server.send({ type: 'suback', packetId: 1, returnCodes: [1] });
  void subscription.unsubscribe();
  await settle();
  server.take();
  server.publish({ topic: 'a/b', qos: 1, packetId: 1, payload: Buffer.from('x') });
  await settle();
  assert.deepEqual([server.take(), errors], [['puback 1'], []]);
  assert.equal(client.statistics().messagesDropped, 1);
});

test('Client.subscribe() asks again when the server has lost the session', async () => {
  const world = await connectedWorld(PERSISTENT);
  world.client.subscribe('a', { qos: 1 });
  world.client.subscribe('b');
  await world.settle();
  assert.deepEqual(world.server.take(), ['subscribe 1 a@1', 'subscribe 2 b@0']);
  world.server.send({ type: 'suback', packetId: 1, returnCodes: [1] });
  await reconnect(world, true);
  assert.deepEqual(world.server.take(), ['connect', 'subscribe 3 b@0']);
  await reconnect(world, false);
  assert.deepEqual(world.server.take(), ['connect', 'subscribe 4 a@1 b@0']);
});

test('Client.subscribe() ends with the refusal of the server', async () => {
  const { client, server, settle } = await connectedWorld();
  const subscription = client.subscribe('secret');
  await settle();
  server.send({ type: 'suback', packetId: 1, returnCodes: [0x80] });
  await assert.rejects(subscription.ready, { name: 'SubscribeRefusedError', filter: 'secret' });
  await assert.rejects(subscription.next(), { code: 'subscribe-refused' });
  assert.equal((await subscription.next()).done, true);
});

test('Client.subscribe() refuses a filter that is none', () => {
  const { client } = clientWorld();
  for (const filter of ['', 'a#', '#/a', 'a+']) {
    assert.throws(() => client.subscribe(filter), TypeError, filter);
  }
});

test('Client refuses at the call what no packet could say', async () => {
  const { client, server, settle } = await connectedWorld();
  for (const payload of [{ celsius: 21 }, 21, null]) {
    await assert.rejects(client.publish('a', payload as never), TypeError);
  }
  assert.throws(() => client.subscribe('a', { qos: '1' as never }), TypeError);
  await assert.rejects(client.unsubscribe('a#'), TypeError);
  await client.publish('a', 'goes on');
  await settle();
  assert.deepEqual(server.take(), ['publish 0 a=goes on']);
});

test('Client.subscribe() leaves nothing at its signal when it has ended', async () => {
  const { client, server, settle } = await connectedWorld();
  const { signal } = new AbortController();
  client.subscribe('refused', { signal });
  const gone = client.subscribe('let go', { signal });
  await settle();
  assert.equal(getEventListeners(signal, 'abort').length, 2);
  server.send({ type: 'suback', packetId: 1, returnCodes: [0x80] });
  void gone.unsubscribe();
  await settle();
  assert.equal(getEventListeners(signal, 'abort').length, 0);
});

test('Client.unsubscribe() asks the server when the last of a filter goes', async () => {
  const { client, server, settle } = await connectedWorld();
  const first = client.subscribe('a');
  client.subscribe('a');
  await settle();
  server.send({ type: 'suback', packetId: 1, returnCodes: [0] });
  server.take();
  await first.unsubscribe();
  await settle();
  assert.deepEqual(server.take(), []);
  const gone = client.unsubscribe('a');
  await settle();
  assert.deepEqual(server.take(), ['unsubscribe 2 a']);
  server.send({ type: 'unsuback', packetId: 2 });
  await gone;
});

test('Client.unsubscribe() asks the server also about what it never subscribed to', async () => {
  const { client, server, settle } = await connectedWorld();
  const gone = client.unsubscribe('old');
  await settle();
  assert.deepEqual(server.take(), ['unsubscribe 1 old']);
  server.send({ type: 'unsuback', packetId: 1 });
  await gone;
});

test('Client tells of a handler that throws, and goes on', async () => {
  const { client, server, settle, errors } = await connectedWorld();
  client.subscribe('a', { qos: 1, codec: jsonCodec() }, () => assert.fail('broken'));
  await settle();
  server.take();
  server.publish({ topic: 'a', payload: Buffer.from('{}'), qos: 1, packetId: 1 });
  server.publish({ topic: 'a', payload: Buffer.from('{'), qos: 1, packetId: 2 });
  await settle();
  assert.deepEqual(
    errors.map(({ code }) => code),
    ['handler-failed', 'handler-failed'],
  );
  assert.deepEqual(server.take(), ['puback 1', 'puback 2']);
});

test('Client.end() finishes what is under way, then says DISCONNECT', async () => {
  const { client, server, settle, clock } = await connectedWorld();
  const sent = client.publish('a', '1', { qos: 1 });
  const ended = client.end();
  await settle();
  assert.equal(client.state.type, 'ending');
  assert.deepEqual(server.take(), ['publish 1 a=1 id 1']);
  server.send({ type: 'puback', packetId: 1 });
  await ended;
  assert.deepEqual(server.take(), ['disconnect']);
  assert.equal(await fate(sent), 'done');
  assert.equal(clock.armed, 0);
  assert.equal(await fate(client.publish('a', '2')), 'ended');
});

test('Client.end() does not wait longer than it is told', async () => {
  const { client, server, settle, clock } = await connectedWorld();
  const sent = client.publish('a', '1', { qos: 1 });
  const ended = client.end({ drain: 300 });
  await settle();
  clock.advance(300);
  await ended;
  assert.deepEqual(server.take(), ['publish 1 a=1 id 1', 'disconnect']);
  assert.equal(await fate(sent), 'ended');
});

test('Client.end() ends a loop, also before the client has started', async () => {
  const { client } = clientWorld();
  const next = client.subscribe('a').next();
  await client.end();
  assert.equal((await next).done, true);
  assert.equal(client.state.type, 'ended');
});

test('Client refuses or finishes at once what it is asked after its end', async () => {
  const { client } = await connectedWorld();
  await client.end();
  assert.throws(() => client.subscribe('a'), { code: 'ended', message: /has ended: make a new/ });
  await assert.rejects(client.connected(), { code: 'ended' });
  await client.unsubscribe('a'); // the session is let go with its client
  await client.end();
});

test('Client.on() tells of packets, and nothing when the listener is off', async () => {
  const { client, settle } = await connectedWorld();
  const seen: string[] = [];
  const off = client.on('packet', ({ direction, type }) => seen.push(`${direction} ${type}`));
  void client.publish('a', '');
  await settle();
  off();
  void client.publish('a', '');
  assert.deepEqual(seen, ['sent publish']);
});

test('Client.subscribe() with deduplicate acknowledges a duplicate, and that is all', async () => {
  const world = await connectedWorld(PERSISTENT);
  const { client, settle } = world;
  const handled: string[] = [];
  const options = { qos: 1, deduplicate: deduplicate({ messageId: 'envelope' }) } as const;
  const codec = envelopeCodec(textCodec, { next: () => Uint8Array.of(7) });
  const subscription = client.subscribe('a', { ...options, codec }, ({ payload }) => {
    handled.push(payload);
  });
  await settle();
  world.server.send({ type: 'suback', packetId: 1, returnCodes: [1] });
  const message = { topic: 'a', payload: codec.encode('x'), qos: 1 } as const;
  world.server.publish({ ...message, packetId: 1 });
  world.server.publish({ ...message, packetId: 2 });
  await settle();
  assert.deepEqual(world.server.take().slice(-2), ['puback 1', 'puback 2']);
  assert.deepEqual([handled, subscription.duplicates], [['x'], 1]);
});

test('Client.subscribe() with deduplicate knows what a session sends again', async () => {
  const world = await connectedWorld(PERSISTENT);
  const handled: string[] = [];
  const deduplicating = { qos: 1, codec: textCodec, deduplicate: deduplicate() } as const;
  world.client.subscribe('a', deduplicating, ({ payload }) => void handled.push(payload));
  await world.settle();
  world.server.send({ type: 'suback', packetId: 1, returnCodes: [1] });
  const message = { topic: 'a', payload: Buffer.from('x'), qos: 1, packetId: 5 } as const;
  world.server.publish(message);
  await world.settle();
  await reconnect(world, true);
  world.server.publish({ ...message, dup: true });
  await world.settle();
  assert.equal(world.server.take().at(-1), 'puback 5');
  assert.deepEqual(handled, ['x']);
  // A new session has nothing to do with it.
  await reconnect(world, false);
  world.server.publish({ ...message, dup: true });
  await world.settle();
  assert.deepEqual(handled, ['x', 'x']);
});

test('Client.subscribe() with a signal that is aborted subscribes to nothing', async () => {
  const { client, server, settle } = await connectedWorld();
  const reason = new Error('too late');
  const signal = AbortSignal.abort(reason);
  assert.throws(() => client.subscribe('a', { signal }), reason);
  await settle();
  assert.deepEqual(server.take(), []);
});

test('Client.subscribe() that is aborted ends its loop and unsubscribes', async () => {
  const { client, server, settle } = await connectedWorld();
  const abort = new AbortController();
  const next = client.subscribe('a', { signal: abort.signal }).next();
  await settle();
  server.send({ type: 'suback', packetId: 1, returnCodes: [0] });
  abort.abort();
  await settle();
  assert.equal((await next).done, true);
  assert.deepEqual(server.take(), ['subscribe 1 a@0', 'unsubscribe 2 a']);
});

test('Client rejects with the reason of a signal, whatever it is', async () => {
  const { client } = clientWorld();
  const abort = new AbortController();
  const { signal } = abort;
  const waiting = [client.connected(signal), client.publish('a', '1', { qos: 1, signal })];
  abort.abort('no time');
  waiting.push(client.connected(signal), client.publish('a', '1', { signal }));
  for (const one of await Promise.allSettled(waiting)) {
    assert.deepEqual(one, { status: 'rejected', reason: 'no time' });
  }
});

test('Client.publish() rejects with what a program without types gets wrong', async () => {
  const { client } = clientWorld();
  const callback = () => assert.fail('nobody calls it');
  const refused = {
    name: 'TypeError',
    message: "Cannot publish to 'a': await it, without callback",
  };
  await assert.rejects(client.publish('a', '1', callback as never), refused);
  await assert.rejects(client.publish('a', '1', null as never), TypeError);
});
