import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Connect, type Packet, PINGREQ, ProtocolError } from '@magpie/protocol';
import type { AuthenticationResult } from '../auth/authenticator.js';
import { AuthorizerFailure } from '../auth/guarded-authorizer.js';
import { messageOf } from '../routing/recording-subscriber.testing.js';
import { HandStore } from '../stores/hand-store.testing.js';
import {
  bytesOf,
  ConnectionWorld,
  connectOf,
  type Peer,
  publishOf,
  subscribeTo,
  willOf,
} from './connection-world.testing.js';

const DISCONNECT: Packet = { type: 'disconnect' };
const ALLOWED: AuthenticationResult = { allowed: true };

/** An answer that comes when the test gives it. */
class Later<T> {
  readonly promise: Promise<T>;
  #resolve: (value: T) => void = () => {};

  constructor() {
    this.promise = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  resolve(value: T): Promise<void> {
    this.#resolve(value);
    return told();
  }
}

/** Whoever waits for a promise that is settled has been told. */
function told(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

// Time

const silences: { name: string; say: (peer: Peer) => void }[] = [
  { name: 'nothing', say: () => {} },
  {
    name: 'the start of CONNECT',
    say: (p) => p.transport.send(bytesOf([connectOf()]).subarray(0, 9)),
  },
];
for (const { name, say } of silences) {
  test(`Connection closes a client that sent ${name} within connectTimeout`, () => {
    const world = new ConnectionWorld({ connectTimeout: 10 });
    const peer = world.open();
    say(peer);
    world.clock.advance(9900);
    assert.equal(peer.transport.ended, false);
    world.clock.advance(200);
    assert.equal(peer.transport.ended, true);
    assert.deepEqual(peer.got(), []);
    const [line] = world.log.of('closed');
    assert.deepEqual(line?.fields, {
      event: 'closed',
      address: '192.0.2.7',
      reason: 'connect-timeout',
    });
    peer.close();
    world.assertEmpty();
  });
}

test('Connection does not wait longer for a CONNECT that comes byte by byte', () => {
  const world = new ConnectionWorld({ connectTimeout: 10 });
  const peer = world.open();
  for (const byte of bytesOf([connectOf()]).subarray(0, 10)) {
    peer.transport.send(Buffer.of(byte));
    world.clock.advance(1000);
  }
  world.clock.advance(100);
  assert.equal(peer.transport.ended, true);
});

test('Connection closes a client whose authenticator is slower than connectTimeout', async () => {
  const world = new ConnectionWorld({ connectTimeout: 10 });
  const answer = new Later<AuthenticationResult>();
  world.authenticator.answer = () => answer.promise;
  const peer = world.open();
  peer.send(connectOf());
  world.clock.advance(10_100);
  assert.equal(peer.transport.ended, true);
  await answer.resolve(ALLOWED);
  assert.deepEqual(peer.got(), []);
  assert.equal(world.registry.size, 0);
  peer.close();
  world.assertEmpty();
});

test('Connection closes a client that is silent for 1.5 times its keep-alive', () => {
  const world = new ConnectionWorld();
  const watcher = world.subscriber('watcher', 'will');
  const peer = world.connect('c', { keepAliveS: 10, will: willOf('gone') });
  world.clock.advance(14_900);
  assert.equal(peer.transport.ended, false);
  world.clock.advance(200);
  assert.equal(peer.transport.ended, true);
  assert.deepEqual(world.ended, ['c: keep-alive-timeout']);
  assert.deepEqual(watcher.got(), ['will=gone @ 0']);
});

test('Connection counts the keep-alive from the last packet', () => {
  const world = new ConnectionWorld();
  const peer = world.connect('c', { keepAliveS: 10 });
  for (let count = 0; count < 5; count++) {
    world.clock.advance(14_900);
    peer.send(PINGREQ);
    assert.deepEqual(peer.got(), ['pingresp']);
  }
  world.clock.advance(14_900);
  assert.equal(peer.transport.ended, false);
  world.clock.advance(200);
  assert.equal(peer.transport.ended, true);
});

test('Connection lets a client without keep-alive be silent', () => {
  const world = new ConnectionWorld();
  const peer = world.connect('c', { keepAliveS: 0 });
  world.clock.advance(30 * 24 * 3600 * 1000);
  peer.send(PINGREQ);
  assert.deepEqual(peer.got(), ['pingresp']);
});

test('Connection is destroyed when the client does not read what is left for it', () => {
  const world = new ConnectionWorld();
  const peer = world.connect('c');
  peer.transport.takes = false;
  peer.send(PINGREQ, DISCONNECT);
  assert.deepEqual([peer.transport.ended, peer.transport.destroyed], [true, false]);
  assert.equal(world.connections.size, 1);
  world.clock.advance(4900);
  assert.equal(peer.transport.destroyed, false);
  world.clock.advance(300);
  assert.equal(peer.transport.destroyed, true);
  peer.close();
  world.assertEmpty();
});

test('Connection that closes in time leaves no timer', () => {
  const world = new ConnectionWorld();
  const peers = [world.open(), world.connect('a', { keepAliveS: 60 }), world.connect('b')];
  for (const peer of peers) peer.close();
  world.assertEmpty();
  assert.deepEqual(world.ended, ['a: connection-lost', 'b: connection-lost']);
});

// CONNECT

test('Connection of a client without a name has one that the broker made', () => {
  const world = new ConnectionWorld();
  world.connect('');
  assert.equal(world.log.of('connected')[0]?.fields['clientId'], 'made-1');
});

test('Connection answers CONNECT and tells of it', () => {
  const world = new ConnectionWorld();
  const heard: unknown[] = [];
  world.events.connected.on((event) => heard.push(event));
  world.connect('c', { username: 'u' });
  const client = { clientId: 'c', username: 'u', address: '192.0.2.7' };
  assert.deepEqual(heard, [{ client, sessionPresent: false }]);
  const fields = { event: 'connected', clientId: 'c', address: '192.0.2.7' };
  assert.deepEqual(world.log.lines, [{ level: 'info', fields, message: 'client connected' }]);
  assert.equal(world.counters.connectionsOpened, 1);
  assert.equal(world.counters.connectsAccepted, 1);
});

for (const [version, expected] of [
  [4, 'connack 0 present'],
  [3, 'connack 0'],
] as const) {
  test(`Connection says in version ${version} whether the session was present`, () => {
    const world = new ConnectionWorld();
    const fields = { cleanSession: false, protocolVersion: version };
    const first = world.connect('c', fields);
    first.send(DISCONNECT);
    first.close();
    const second = world.open();
    second.version = version;
    second.send(connectOf({ clientId: 'c', ...fields }));
    world.endTurn();
    assert.equal(second.transport.writes[0]?.[2], version === 4 ? 1 : 0);
    assert.deepEqual(second.got(), [expected]);
  });
}

const refusals: {
  answer: () => AuthenticationResult | Promise<AuthenticationResult>;
  code: number;
  why: string;
}[] = [
  { answer: () => ({ allowed: false, why: 'bad-credentials' }), code: 4, why: 'bad-credentials' },
  { answer: () => ({ allowed: false, why: 'not-authorized' }), code: 5, why: 'not-authorized' },
  { answer: () => ({ allowed: false, why: 'unavailable' }), code: 3, why: 'unavailable' },
  { answer: () => assert.fail('broken'), code: 3, why: 'unavailable' },
  {
    answer: async () => ({ allowed: false, why: 'not-authorized' }),
    code: 5,
    why: 'not-authorized',
  },
  { answer: () => Promise.reject(new Error('broken')), code: 3, why: 'unavailable' },
];
for (const { answer, code, why } of refusals) {
  test(`Connection refuses with CONNACK ${code} and closes: ${String(answer)}`, async () => {
    const world = new ConnectionWorld();
    const other = world.subscriber('other', '#');
    world.authenticator.answer = answer;
    const peer = world.open();
    peer.send(connectOf({ will: willOf('unseen') }), publishOf('t'), PINGREQ);
    await told();
    assert.deepEqual(peer.got(), [`connack ${code}`]);
    assert.equal(peer.transport.ended, true);
    const [line, ...more] = world.log.of('connect-refused');
    const fields = { event: 'connect-refused', clientId: 'c', address: '192.0.2.7' };
    assert.deepEqual(line?.fields, { ...fields, returnCode: code, why });
    assert.equal(more.length, 0);
    peer.close();
    assert.deepEqual(other.got(), []);
    assert.equal(world.counters.connectsRefused, 1);
    assert.deepEqual(world.ended, []);
  });
}

for (const cleanSession of [true, false]) {
  test(`Connection gives way to another with its client identifier, clean ${cleanSession}`, () => {
    const world = new ConnectionWorld();
    const watcher = world.subscriber('watcher', 'will');
    const first = world.connect('c', { cleanSession, will: willOf('taken over') });
    first.send(subscribeTo('t'));
    assert.deepEqual(first.got(), ['suback 1: 2']);
    const second = world.connect('c', { cleanSession, keepAliveS: 60 });
    assert.equal(first.transport.ended, true);
    assert.deepEqual(world.ended, ['c: taken-over']);
    assert.deepEqual(watcher.got(), ['will=taken over @ 0']);
    first.publish('t', 'late');
    first.close();
    watcher.publish('t', 'for the session');
    assert.deepEqual(second.got(), cleanSession ? [] : ['t=for the session @ 0']);
    assert.deepEqual([first.got(), world.ended], [[], ['c: taken-over']]);
    assert.equal(world.connecting.size, 2);
  });
}

// A CONNECT that has something to store

/** A world whose store a test ends the commits of, and a CONNECT that waits for the first one. */
function waitingWorld(fields: Partial<Connect> = {}): { world: ConnectionWorld; peer: Peer } {
  const world = new ConnectionWorld({ connectTimeout: 10 }, new HandStore());
  const peer = world.open();
  peer.send(connectOf({ will: willOf('the will'), ...fields }), PINGREQ);
  assert.deepEqual(peer.got(), []);
  assert.equal(peer.transport.paused, true);
  return { world, peer };
}

test('Connection sends CONNACK when will and session are safe, and then reads on', async () => {
  const { world, peer } = waitingWorld({ cleanSession: false });
  assert.deepEqual(world.store.written, ['open c', 'will 1 of c: will=the will']);
  assert.equal(world.log.of('connected').length, 0);
  await world.store.succeed();
  assert.deepEqual(peer.got(), ['connack 0', 'pingresp']);
  assert.equal(peer.transport.paused, false);
  assert.equal(world.log.of('connected').length, 1);
});

test('Connection sends what came for a session behind its CONNACK', async () => {
  const { world, peer: first } = waitingWorld({ cleanSession: false });
  await world.store.succeed();
  first.send(subscribeTo('t'));
  first.got();
  await world.store.succeed();
  first.close();
  world.endTurn();
  const again = world.open();
  again.send(connectOf({ cleanSession: false }));
  again.got();
  world.publishing.publish(messageOf('t', 'meanwhile', { qos: 1 }));
  for (let commits = 0; commits < 4; commits++) {
    world.endTurn();
    await world.store.succeed();
  }
  assert.deepEqual(again.got(), ['connack 0 present', 't=meanwhile @ 1 id 1']);
});

for (const [what, end, got] of [
  ['is lost', (_: ConnectionWorld, peer: Peer) => peer.close(), []],
  ['times out', (world: ConnectionWorld) => world.clock.advance(10_200), ['connack 3']],
  [
    'is taken over',
    (world: ConnectionWorld) => world.open().send(connectOf({ cleanSession: false })),
    [],
  ],
] as const) {
  test(`Connection that ${what} before its CONNACK was none, and its will no will`, async () => {
    const { world, peer } = waitingWorld({ cleanSession: false });
    const watcher = world.subscriber('watcher', 'will');
    end(world, peer);
    assert.deepEqual(peer.got(), got);
    for (let commits = 0; commits < 4; commits++) {
      world.endTurn();
      await world.store.succeed();
    }
    assert.deepEqual(peer.got(), []);
    assert.deepEqual([watcher.got(), world.ended], [[], []]);
    assert.deepEqual((await world.store.load()).wills, []);
    assert.ok(world.registry.get('c'), 'the session waits for its client');
  });
}

// A store that does not keep up

/** A world where much waits for the store, and nothing more may. */
function fullWorld(): ConnectionWorld {
  const world = new ConnectionWorld({ storeBacklogBytesMax: 65_536 }, new HandStore());
  world.gate.writingOf(messageOf('t', 'x'.repeat(65_536)));
  world.endTurn();
  assert.equal(world.gate.full, true);
  return world;
}

test('Connection of who adds to a full store is not read, until there is room', async () => {
  const world = fullWorld();
  const peer = world.connect('c', { keepAliveS: 10 });
  const retained = { qos: 1, retain: true } as const;
  peer.send(
    publishOf('a', '1', { ...retained, packetId: 1 }),
    publishOf('a', '2', { ...retained, packetId: 2 }),
    PINGREQ,
  );
  assert.equal(peer.transport.paused, true);
  peer.transport.force(bytesOf([publishOf('a', '3', { ...retained, packetId: 3 })]));
  assert.deepEqual(world.store.written, ['retain a=1']);
  world.clock.advance(60_000); // that it is silent is not its fault
  assert.deepEqual(peer.got(), []);
  await world.store.succeed();
  assert.deepEqual(world.store.written.slice(1), ['retain a=2', 'retain a=3']);
  assert.equal(peer.transport.paused, false);
  for (let commits = 0; commits < 2; commits++) {
    world.endTurn();
    await world.store.succeed();
  }
  assert.deepEqual(peer.got(), ['pingresp', 'puback 1', 'puback 2', 'puback 3']);
});

test('Connection of who needs no store is read, however full that is', () => {
  const world = fullWorld();
  const subscriber = world.subscriber('s', 'a');
  const peer = world.connect('c');
  for (const qos of [0, 1] as const) {
    peer.publish('a', `at ${qos}`, { qos, packetId: qos });
    assert.equal(peer.transport.paused, false);
  }
  assert.deepEqual(peer.got(), ['puback 1']);
  assert.deepEqual(subscriber.got(), ['a=at 0 @ 0', 'a=at 1 @ 1 id 1']);
});

test('Connection that waits for room and ends is waited for no more', async () => {
  const world = fullWorld();
  const peer = world.connect('c');
  peer.send(publishOf('a', '1', { retain: true }), publishOf('a', '2', { retain: true }));
  peer.close();
  await world.store.succeed();
  world.endTurn();
  await world.store.succeed();
  assert.deepEqual(world.store.written, ['retain a=1']);
  assert.deepEqual(world.ended, ['c: connection-lost']);
});

test('Connection that waits for room is read where its own output was full, too', async () => {
  const limits = { storeBacklogBytesMax: 65_536, outputBytesMax: 1024 };
  const world = new ConnectionWorld(limits, new HandStore());
  const peer = world.connect('c');
  const packets = Array.from({ length: 24 }, (_, index) =>
    publishOf('a', 'x'.repeat(2650), { qos: 1, packetId: index + 1, retain: true }),
  );
  peer.send(...packets);
  assert.equal(peer.transport.paused, true);
  for (let commits = 0; commits < 4; commits++) {
    world.endTurn();
    await world.store.succeed();
  }
  assert.equal(peer.got().length, 24);
  assert.equal(peer.transport.paused, false);
});

// What breaks the protocol

const faults: { name: string; bytes: Uint8Array; fault: string; clause: string | undefined }[] = [
  {
    name: 'a PUBLISH with QoS 3',
    bytes: Buffer.from('3605000161000a', 'hex'),
    fault: 'MALFORMED_PACKET',
    clause: 'MQTT-3.3.1-4',
  },
  {
    name: 'a second CONNECT',
    bytes: bytesOf([connectOf()]),
    fault: 'PROTOCOL_ERROR',
    clause: 'MQTT-3.1.0-2',
  },
  {
    name: 'a packet of a server',
    bytes: bytesOf([{ type: 'pingresp' }]),
    fault: 'PROTOCOL_ERROR',
    clause: 'MQTT-4.8.0-1',
  },
  {
    name: 'a packet that declares more than packetBytesMax',
    bytes: Buffer.from('30ff7f', 'hex'),
    fault: 'PACKET_TOO_LARGE',
    clause: undefined,
  },
  {
    name: 'a Remaining Length of five bytes',
    bytes: Buffer.from('30ffffffff01', 'hex'),
    fault: 'MALFORMED_PACKET',
    clause: 'MQTT-4.8.0-1',
  },
  {
    name: 'a topic of more levels than topicLevelsMax',
    bytes: bytesOf([publishOf('a/b/c/d/e')]),
    fault: 'QUOTA_EXCEEDED',
    clause: undefined,
  },
  {
    name: 'an acknowledgement for another flow',
    bytes: bytesOf([{ type: 'pubcomp', packetId: 1 }]),
    fault: 'PROTOCOL_ERROR',
    clause: undefined,
  },
];
for (const { name, bytes, fault, clause } of faults) {
  test(`Connection ends at ${name}; what came before is handled, others go on`, () => {
    const world = new ConnectionWorld({ packetBytesMax: 1000, topicLevelsMax: 4 });
    const other = world.subscriber('other', 'a', 'will');
    const peer = world.connect('c', { will: willOf('faulty'), keepAliveS: 10 });
    peer.send(subscribeTo('inflight'));
    other.publish('inflight', 'm', { qos: 1, packetId: 1 });
    assert.deepEqual(peer.got(), ['suback 1: 2', 'inflight=m @ 1 id 1']);
    assert.deepEqual(other.got(), ['puback 1']);
    world.log.lines.length = 0;
    const before = bytesOf([publishOf('a', '1', { qos: 1, packetId: 5 }), PINGREQ]);
    const after = bytesOf([publishOf('a', 'never'), PINGREQ]);
    peer.transport.send(Buffer.concat([before, bytes, after]));
    assert.deepEqual(peer.got(), ['puback 5', 'pingresp']);
    assert.equal(peer.transport.ended, true);
    assert.deepEqual(world.ended, ['c: protocol-error']);
    assert.deepEqual(other.got(), ['a=1 @ 1 id 1', 'will=faulty @ 0']);
    const [line, ...more] = world.log.lines.filter(({ level }) => level !== 'info');
    const client = { clientId: 'c', address: '192.0.2.7' };
    assert.deepEqual(line?.fields, { event: 'protocol-error', ...client, fault, clause });
    assert.match(line.message, /^protocol error: ./);
    assert.equal(more.length, 0);
    assert.equal(world.counters.protocolErrors, 1);
    assert.equal(world.counters.closed['protocol-error'], 1);
    peer.transport.force(bytesOf([PINGREQ])); // what else was on its way is ignored
    other.send(PINGREQ);
    assert.deepEqual([peer.got(), other.got()], [[], ['pingresp']]);
  });
}

const firstPackets: {
  name: string;
  bytes: Buffer;
  fault: string;
  clause?: string;
  answer: string[];
}[] = [
  {
    name: 'PINGREQ',
    bytes: bytesOf([PINGREQ]),
    fault: 'PROTOCOL_ERROR',
    clause: 'MQTT-3.1.0-1',
    answer: [],
  },
  {
    name: 'CONNECT of level 9',
    bytes: bytesOf([connectOf()]).fill(9, 8, 9),
    fault: 'UNSUPPORTED_PROTOCOL_VERSION',
    clause: 'MQTT-3.1.2-2',
    answer: ['connack 1'],
  },
  {
    name: 'CONNECT of a persistent session without a name',
    bytes: bytesOf([connectOf({ clientId: '', cleanSession: false })]),
    fault: 'CLIENT_IDENTIFIER_NOT_VALID',
    clause: 'MQTT-3.1.3-8',
    answer: ['connack 2'],
  },
  {
    name: 'HTTP',
    bytes: Buffer.from(`GET / HTTP/1.1\r\nHost: broker\r\nUser-Agent: ${'x'.repeat(50)}\r\n\r\n`),
    fault: 'PROTOCOL_ERROR',
    clause: 'MQTT-3.1.0-1',
    answer: [],
  },
];
for (const { name, bytes, fault, clause, answer } of firstPackets) {
  test(`Connection ends at ${name} first: ${answer.join() || 'no answer'}`, () => {
    const world = new ConnectionWorld();
    const peer = world.open();
    peer.transport.send(bytes);
    assert.deepEqual(peer.got(), answer);
    assert.equal(peer.transport.ended, true);
    const [line] = world.log.of('protocol-error');
    const client = { clientId: undefined, address: '192.0.2.7' };
    assert.deepEqual(line?.fields, { event: 'protocol-error', ...client, fault, clause });
    const { refused, connectsRefused } = world.counters;
    assert.equal(connectsRefused, answer.length);
    assert.equal(refused['protocol-version'] + refused['identifier-invalid'], answer.length);
    peer.close();
    world.assertEmpty();
    assert.deepEqual(world.ended, []);
  });
}

test('Connection ends when the peer breaks the rules of the transport, as for any fault', () => {
  const world = new ConnectionWorld();
  const other = world.subscriber('other', 'will');
  const peer = world.connect('c', { will: willOf('faulty') });
  peer.send(PINGREQ);
  const error = new ProtocolError('PROTOCOL_ERROR', 'A text message', 'MQTT-6.0.0-1');
  peer.transport.fail(error);
  peer.transport.fail(error);
  assert.equal(peer.transport.ended, true);
  assert.deepEqual(peer.got(), ['pingresp']);
  assert.deepEqual(other.got(), ['will=faulty @ 0']);
  assert.deepEqual(world.ended, ['c: protocol-error']);
  const [line, ...more] = world.log.of('protocol-error');
  assert.equal(more.length, 0);
  const { fault, clause } = error;
  const client = { clientId: 'c', address: '192.0.2.7' };
  assert.deepEqual(line?.fields, { event: 'protocol-error', ...client, fault, clause });
});

// Collaborators that need time

test('Connection reads on when the authenticator has answered, from where it was', async () => {
  const world = new ConnectionWorld();
  const answer = new Later<AuthenticationResult>();
  world.authenticator.answer = () => answer.promise;
  const password = Buffer.from('secret');
  const peer = world.open();
  const fields = { username: 'u', password, will: willOf('the will') };
  peer.send(connectOf({ cleanSession: false, ...fields }), subscribeTo('t', 'will'), PINGREQ);
  assert.equal(peer.transport.paused, true);
  assert.deepEqual(peer.got(), []);
  peer.transport.force(bytesOf([publishOf('t', '1'), publishOf('t', '2')]));
  peer.transport.force(bytesOf([publishOf('t', '3')]));
  assert.deepEqual(peer.got(), []);
  await answer.resolve(ALLOWED);
  assert.equal(peer.transport.paused, false);
  const messages = ['t=1 @ 0', 't=2 @ 0', 't=3 @ 0'];
  assert.deepEqual(peer.got(), ['connack 0', 'suback 1: 2,2', 'pingresp', ...messages]);
  world.authenticator.answer = () => ALLOWED;
  const watcher = world.subscriber('watcher', 'will');
  peer.close();
  assert.deepEqual(watcher.got(), ['will=the will @ 0']);
});

test('Connection that is lost while the authenticator thinks leaves nothing', async () => {
  const world = new ConnectionWorld();
  for (const outcome of [ALLOWED, { allowed: false, why: 'bad-credentials' } as const]) {
    const answer = new Later<AuthenticationResult>();
    world.authenticator.answer = () => answer.promise;
    const peer = world.open();
    peer.send(connectOf(), PINGREQ);
    peer.close();
    await answer.resolve(outcome);
    assert.deepEqual(peer.got(), []);
  }
  assert.deepEqual([world.registry.size, world.connecting.size], [0, 0]);
  assert.deepEqual(
    world.log.lines.map(({ level }) => level),
    ['debug', 'debug'],
  );
  world.assertEmpty();
});

test('Connection keeps the order of what it sends while the authorizer thinks', async () => {
  const world = new ConnectionWorld();
  const subscriber = world.subscriber('s', '#');
  const [first, third] = [new Later<boolean>(), new Later<boolean>()];
  world.authorizer.publish = (topic) => ({ 1: first.promise, 3: third.promise })[topic] ?? true;
  const peer = world.connect('c');
  const packets = [1, 2, 3, 4].map((id) => publishOf(String(id), 'm', { qos: 1, packetId: id }));
  peer.send(...packets, PINGREQ);
  assert.deepEqual([peer.got(), subscriber.got()], [[], []]);
  assert.equal(peer.transport.paused, true);
  subscriber.publish('other', 'goes on');
  assert.deepEqual(subscriber.got(), ['other=goes on @ 0']);
  await first.resolve(true);
  assert.deepEqual(peer.got(), ['puback 1', 'puback 2']);
  assert.deepEqual(subscriber.got(), ['1=m @ 1 id 1', '2=m @ 1 id 2']);
  assert.equal(peer.transport.paused, true);
  await third.resolve(false);
  assert.deepEqual(peer.got(), ['puback 3', 'puback 4', 'pingresp']);
  assert.deepEqual(subscriber.got(), ['4=m @ 1 id 3']);
  assert.deepEqual([peer.transport.paused, peer.transport.resumes], [false, 1]);
});

test('Connection subscribes once the authorizer has answered, then replays', async () => {
  const world = new ConnectionWorld();
  const other = world.connect('other');
  other.publish('t', 'retained', { retain: true });
  const answer = new Later<boolean>();
  world.authorizer.subscribe = (filter) => (filter === 't' ? answer.promise : true);
  const peer = world.connect('c');
  peer.send(subscribeTo('t', 'u'), publishOf('u', 'after'));
  assert.deepEqual(peer.got(), []);
  await answer.resolve(true);
  assert.deepEqual(peer.got(), ['suback 1: 2,2', 't=retained @ 0 retain', 'u=after @ 0']);
});

test('Connection does not count the time of an authorizer to the keep-alive', async () => {
  const world = new ConnectionWorld();
  const answer = new Later<boolean>();
  world.authorizer.publish = () => answer.promise;
  const peer = world.connect('c', { keepAliveS: 10 });
  peer.publish('t');
  world.clock.advance(100_000);
  assert.equal(peer.transport.ended, false);
  await answer.resolve(true);
  world.clock.advance(14_900);
  assert.equal(peer.transport.ended, false);
  world.clock.advance(15_200);
  assert.equal(peer.transport.ended, true);
});

test('Connection that is lost while the authorizer thinks answers nobody', async () => {
  const answers: [name: string, packet: Packet, heard: string[]][] = [
    ['publish', publishOf('t', 'm', { qos: 1, packetId: 1 }), ['t=m @ 1 id 1']],
    ['publish', publishOf('t', 'm', { qos: 2, packetId: 1 }), ['t=m @ 2 id 1']],
    ['subscribe', subscribeTo('t'), []],
  ];
  for (const [name, packet, heard] of answers) {
    const world = new ConnectionWorld();
    const subscriber = world.subscriber('s', '#');
    const peer = world.connect('c', { cleanSession: false });
    const answer = new Later<boolean>();
    if (name === 'publish') world.authorizer.publish = () => answer.promise;
    else world.authorizer.subscribe = () => answer.promise;
    peer.send(packet, publishOf('never'));
    peer.close();
    await answer.resolve(true);
    assert.deepEqual(peer.got(), []);
    assert.deepEqual(subscriber.got(), heard);
    assert.deepEqual(world.log.of('internal-error'), []);
    subscriber.close();
    world.registry.end(world.registry.get('c')!);
    world.assertEmpty();
  }
});

test('Connection that was taken over while the authorizer thinks sends nothing', async () => {
  const world = new ConnectionWorld();
  const answer = new Later<boolean>();
  world.authorizer.publish = () => answer.promise;
  const first = world.connect('c', { cleanSession: false });
  first.publish('t', 'm', { qos: 1, packetId: 1 });
  const second = world.connect('c', { cleanSession: false });
  await answer.resolve(true);
  assert.deepEqual([first.got(), second.got()], [[], []]);
});

// Collaborators that fail

class Failure extends Error {}

interface Failing {
  readonly name: string;
  readonly event: string;
  readonly reason: string;
  readonly prepare: (world: ConnectionWorld) => void;
  readonly packet: Packet;
}

const fail = (): never => {
  throw new Failure('broken');
};
const failings: Failing[] = [
  {
    name: 'code that decides who may publish throws',
    event: 'internal-error',
    reason: 'internal-error',
    prepare: (world) => (world.authorizer.publish = fail),
    packet: publishOf('t', 'm', { qos: 1, packetId: 1 }),
  },
  {
    name: 'code that decides who may publish rejects',
    event: 'internal-error',
    reason: 'internal-error',
    prepare: (world) => (world.authorizer.publish = () => Promise.reject(new Failure('broken'))),
    packet: publishOf('t'),
  },
  {
    name: 'an authorizer fails at a SUBSCRIBE',
    event: 'authorizer-failed',
    reason: 'authorizer-failed',
    prepare: (world) => {
      world.authorizer.subscribe = () => {
        throw new AuthorizerFailure(new Failure('broken'));
      };
    },
    packet: subscribeTo('t'),
  },
  {
    name: 'the store throws',
    event: 'internal-error',
    reason: 'internal-error',
    prepare: (world) => (world.store.putSubscription = fail),
    packet: subscribeTo('t'),
  },
];
for (const { name, event, reason, prepare, packet } of failings) {
  test(`Connection is closed alone when ${name}`, async () => {
    const world = new ConnectionWorld();
    const other = world.subscriber('other', 'will');
    const peer = world.connect('c', {
      cleanSession: false,
      will: { ...willOf('gone'), topic: 'will' },
    });
    prepare(world);
    peer.send(PINGREQ, packet, PINGREQ);
    await told();
    world.authorizer.publish = () => true;
    assert.equal(peer.got()[0], 'pingresp');
    assert.equal(peer.transport.ended, true);
    assert.deepEqual(world.ended, [`c: ${reason}`]);
    const [line, ...more] = world.log.of(event);
    assert.equal(more.length, 0);
    assert.equal(line?.level, 'error');
    assert.equal(line.fields['clientId'], 'c');
    assert.equal(line.fields['address'], '192.0.2.7');
    assert.ok(line.fields['err'] instanceof Failure);
    assert.equal(world.counters.protocolErrors, 0);
    peer.close();
    other.send(PINGREQ);
    assert.ok(other.got().includes('pingresp'));
    other.close();
    world.registry.end(world.registry.get('c')!);
    world.assertEmpty();
  });
}

test('Connection is closed when the store throws at its CONNECT', () => {
  const world = new ConnectionWorld();
  world.store.openSession = fail;
  const peer = world.open();
  peer.send(connectOf({ cleanSession: false }));
  assert.equal(peer.transport.ended, true);
  assert.equal(world.log.of('internal-error').length, 1);
  peer.close();
  world.connect('other');
});

test('Connection ends although its will cannot be published', () => {
  const world = new ConnectionWorld();
  const peer = world.connect('c', { will: willOf('unseen') });
  world.authorizer.publish = fail;
  peer.close();
  assert.deepEqual(world.ended, ['c: connection-lost']);
  assert.equal(world.log.of('will-failed').length, 1);
  world.assertEmpty();
});

// The end

test('Connection publishes no will after DISCONNECT and ignores what follows', () => {
  const world = new ConnectionWorld();
  const other = world.subscriber('other', '#');
  const peer = world.connect('c', { will: willOf('unseen') });
  peer.send(publishOf('t', 'last', { qos: 1, packetId: 1 }), DISCONNECT, publishOf('t', 'late'));
  assert.deepEqual(peer.got(), ['puback 1']);
  assert.equal(peer.transport.ended, true);
  peer.transport.force(bytesOf([publishOf('t', 'later')]));
  peer.close();
  assert.deepEqual(other.got(), ['t=last @ 1 id 1']);
  assert.deepEqual(world.ended, ['c: client-disconnect']);
  assert.equal(world.counters.connectionsClosed, 1);
  assert.equal(world.counters.closed['client-disconnect'], 1);
  assert.deepEqual(world.counters.traffic.total().messagesReceived, [0, 1, 0]);
  assert.deepEqual(world.counters.traffic.total().bytesSent, [0, 4, 0]);
  // CONNECT, SUBSCRIBE and PUBACK of the other one; CONNECT, PUBLISH and DISCONNECT.
  other.send({ type: 'puback', packetId: 1 });
  assert.equal(world.counters.packetsReceived, 6);
  assert.equal(world.counters.packetsSent, 5);
});

test('Connection publishes the will when it is lost, once', () => {
  const world = new ConnectionWorld();
  const other = world.subscriber('other', '#');
  const peer = world.connect('c', { will: { ...willOf('gone'), qos: 1 } });
  peer.close();
  peer.close();
  assert.deepEqual(other.got(), ['will=gone @ 1 id 1']);
  assert.deepEqual(world.ended, ['c: connection-lost']);
  const [line] = world.log.of('disconnected');
  const reason = 'connection-lost';
  const fields = { event: 'disconnected', clientId: 'c', address: '192.0.2.7', reason };
  assert.deepEqual(line, { level: 'info', fields, message: 'client disconnected' });
});

test('Connection.closeSoon() ends it when the turn is over', () => {
  const world = new ConnectionWorld();
  const peer = world.connect('c');
  peer.send(PINGREQ);
  world.registry.get('c')?.outlet?.closeSoon('queue-full');
  assert.deepEqual(world.ended, []);
  assert.deepEqual(peer.got(), ['pingresp']);
  assert.deepEqual(world.ended, ['c: queue-full']);
  assert.equal(peer.transport.ended, true);
});

// Bytes

test('Connection handles a stream the same way wherever it is cut', () => {
  const stream = bytesOf([
    connectOf(),
    subscribeTo('#'),
    publishOf('a/b', 'one', { qos: 1, packetId: 1 }),
    publishOf('a/b', 'two'.repeat(50), { qos: 2, packetId: 2, retain: true }),
    { type: 'pubrel', packetId: 2 },
    { type: 'unsubscribe', packetId: 3, filters: ['#'] },
    PINGREQ,
    DISCONNECT,
  ]);
  const expected = [
    'connack 0',
    'suback 1: 2',
    'a/b=one @ 1 id 1',
    'puback 1',
    `a/b=${'two'.repeat(50)} @ 2 id 2`,
    'pubrec 2',
    'pubcomp 2',
    'unsuback 3',
    'pingresp',
  ];
  for (let cut = 0; cut <= stream.length; cut++) {
    const world = new ConnectionWorld();
    const peer = world.open();
    for (const piece of [stream.subarray(0, cut), stream.subarray(cut)]) {
      if (piece.length > 0) peer.transport.send(piece);
    }
    assert.deepEqual(peer.got(), expected, `cut at ${cut}`);
    assert.equal(world.counters.bytesReceived, stream.length);
    peer.close();
    world.assertEmpty();
  }
  const world = new ConnectionWorld();
  const peer = world.open();
  for (const byte of stream) peer.transport.send(Buffer.of(byte));
  assert.deepEqual(peer.got(), expected);
});

test('Connection sends on a PUBLISH whose length is written too long', () => {
  const world = new ConnectionWorld();
  const subscriber = world.subscriber('s', '#');
  const peer = world.connect('c');
  peer.transport.send(Buffer.from('30848080 00 0001 74 6d'.replaceAll(' ', ''), 'hex'));
  world.endTurn();
  assert.deepEqual(subscriber.transport.received, bytesOf([publishOf('t', 'm')]));
});

for (const length of [10, 10_000, 100_000]) {
  test(`Connection brings ${length} bytes to everybody, whole or in pieces`, () => {
    const payload = Array.from({ length }, (_, index) => String(index % 10)).join('');
    const world = new ConnectionWorld();
    const subscribers = ['a', 'b'].map((name) => world.subscriber(name, '#'));
    const away = world.connect('away', { cleanSession: false });
    away.send(subscribeTo('#'));
    away.close();
    const peer = world.connect('c');
    const bytes = bytesOf([publishOf('t', payload, { qos: 1, packetId: 1 })]);
    for (const size of [length + 20, Math.ceil(length / 3)]) {
      for (let at = 0; at < bytes.length; at += size) {
        peer.transport.send(bytes.subarray(at, at + size));
      }
      assert.deepEqual(peer.got(), ['puback 1']);
    }
    for (const subscriber of subscribers) {
      assert.deepEqual(subscriber.got(), [`t=${payload} @ 1 id 1`, `t=${payload} @ 1 id 2`]);
    }
    const back = world.open();
    back.send(connectOf({ clientId: 'away', cleanSession: false }));
    const [connack, ...messages] = back.got();
    assert.equal(connack, 'connack 0 present');
    assert.deepEqual(messages, [`t=${payload} @ 1 id 1`, `t=${payload} @ 1 id 2`]);
  });
}

// Clients that read slowly

test('Connection writes once a turn, whatever the number of messages', () => {
  const world = new ConnectionWorld();
  const subscriber = world.subscriber('s', '#');
  const [one, other] = [world.connect('1'), world.connect('2')];
  subscriber.transport.writes.length = 0;
  for (const peer of [one, other]) {
    peer.send(...range(10).map((id) => publishOf('t', 'm', { qos: 1, packetId: id })));
    peer.send(...range(10).map((id) => publishOf('t', 'm', { qos: 1, packetId: id })));
  }
  world.endTurn();
  for (const peer of [subscriber, one, other]) assert.equal(peer.transport.writes.length, 1);
});

for (const takes of [true, false]) {
  test(`Connection holds back who sends more than its answers fit, system takes: ${takes}`, () => {
    const world = new ConnectionWorld({ outputBytesMax: 1024 });
    const subscriber = world.subscriber('s', 't');
    const peer = world.connect('c');
    peer.transport.takes = takes;
    let sent = 0;
    while (!peer.transport.paused) {
      peer.send(
        ...range(100).map(() => publishOf('t', String(++sent), { qos: 1, packetId: sent })),
      );
      assert.ok(sent < 10_000);
    }
    assert.ok(sent * 4 >= 1024 && sent * 4 < 2048, `held back after ${sent}`);
    const more = publishOf('t', 'more', { qos: 1, packetId: sent + 1 });
    peer.transport.send(bytesOf([more])); // is not read
    world.endTurn();
    if (!takes) {
      assert.equal(peer.transport.paused, true);
      peer.transport.drain(true);
    }
    assert.equal(peer.transport.paused, false);
    peer.transport.poll();
    const expected = range(sent + 1);
    assert.deepEqual(
      peer.got(),
      expected.map((id) => `puback ${id}`),
    );
    const got = subscriber.got();
    assert.deepEqual(got.length, expected.length);
  });
}

test('Connection that is held back and does not read is over at 1.5 times its keep-alive', () => {
  const world = new ConnectionWorld({ outputBytesMax: 1024 });
  const peer = world.connect('c', { keepAliveS: 10 });
  peer.transport.takes = false;
  peer.send(...range(600).map(() => PINGREQ));
  world.endTurn();
  assert.equal(peer.transport.paused, true);
  world.clock.advance(40_000);
  assert.deepEqual(world.ended, ['c: keep-alive-timeout']);
});

test('Connection that is held back and reads, slowly, stays', () => {
  const world = new ConnectionWorld({ outputBytesMax: 1024 });
  const peer = world.connect('c', { keepAliveS: 10 });
  peer.transport.takes = false;
  peer.send(...range(600).map(() => PINGREQ));
  world.endTurn();
  for (let count = 0; count < 20; count++) {
    peer.transport.unsentBytes -= 10;
    world.clock.advance(14_000);
  }
  assert.deepEqual(world.ended, []);
  peer.transport.drain(true);
  assert.equal(peer.got().length, 600);
});

test('Connection holds back who waits for too many commits, and does not blame it', async () => {
  const store = new HandStore();
  const world = new ConnectionWorld({ outputBytesMax: 10_000 }, store);
  const peer = world.connect('c', { keepAliveS: 10 });
  let sent = 0;
  while (!peer.transport.paused) {
    const fields = { qos: 1, retain: true } as const;
    peer.send(...range(10).map(() => publishOf('t', 'm', { ...fields, packetId: ++sent })));
    world.endTurn();
    assert.ok(sent < 1000);
  }
  world.clock.advance(100_000);
  assert.deepEqual(world.ended, []);
  while (store.underWay > 0) await store.succeed();
  assert.equal(peer.transport.paused, false);
  assert.deepEqual(
    peer.got(),
    range(sent).map((id) => `puback ${id}`),
  );
});

test('Connection reads on after a commit, whatever part of its output had filled it', async () => {
  const store = new HandStore();
  const world = new ConnectionWorld({ outputBytesMax: 1024 }, store);
  const peer = world.connect('c');
  // Ten acknowledgements wait for their commit. With what goes out at once the output is full.
  const waiting = range(10).map((id) => {
    return publishOf('t', 'm', { qos: 1, packetId: id, retain: true });
  });
  peer.send(...range(10).map(() => PINGREQ), ...waiting, ...range(10).map(() => PINGREQ));
  assert.equal(peer.transport.paused, true);
  world.endTurn();
  await store.succeed();
  assert.equal(peer.transport.paused, false);
});

test('Connection drops QoS 0 for a client whose output is full, and counts it', () => {
  const world = new ConnectionWorld({ outputBytesMax: 100_000 });
  const slow = world.subscriber('slow', '#');
  const publisher = world.connect('p');
  slow.transport.takes = false;
  const payload = 'x'.repeat(995); // with its head: 1000 bytes
  for (const id of range(500)) {
    publisher.publish('t', payload);
    if (id % 10 === 0) world.endTurn();
  }
  const sent = world.counters.messagesSent;
  assert.equal(sent, 100);
  assert.deepEqual(world.dropped, { 'output-full': 400 });
  slow.transport.drain(true);
  publisher.publish('t', 'again');
  const got = slow.got();
  assert.equal(got.length, 101);
  assert.equal(got[100], 't=again @ 0');
});

test('Connection queues QoS 1 for a client that reads slowly, and loses none', () => {
  const world = new ConnectionWorld();
  const slow = world.subscriber('slow', '#');
  const publisher = world.connect('p');
  slow.transport.takes = false;
  const count = 700;
  for (const id of range(count)) {
    publisher.publish('t', `${id}-${'x'.repeat(990)}`, { qos: 1, packetId: id });
    if (id % 10 === 0) assert.equal(publisher.got().length, 10);
  }
  const session = world.registry.get('slow');
  assert.ok((session?.queued ?? 0) > 400);
  assert.deepEqual(world.dropped, {});
  const numbers: string[] = [];
  for (let turn = 0; numbers.length < count; turn++) {
    assert.ok(turn < 20);
    if (slow.transport.busy) slow.transport.drain(false);
    for (const line of slow.got()) numbers.push(line.slice(2, line.indexOf('-')));
  }
  assert.deepEqual(numbers, range(count).map(String));
  assert.equal(session?.queued, 0);
});

test('Connection has no more output than outputBytesMax and a turn', () => {
  const world = new ConnectionWorld({ outputBytesMax: 50_000 });
  const slow = world.subscriber('slow', '#');
  const publisher = world.connect('p');
  slow.transport.takes = false;
  const before = world.counters.bytesSent;
  for (const id of range(1000)) {
    publisher.publish('t', 'x'.repeat(900), { qos: (id % 3) as 0 | 1 | 2, packetId: id });
    if (id % 3 === 2) publisher.send({ type: 'pubrel', packetId: id });
    if (id % 10 === 0) publisher.got();
  }
  const lent = slow.transport.unsentBytes;
  slow.transport.drain(false);
  const collected = slow.transport.unsentBytes;
  assert.ok(lent + collected < 52_000, `${lent} + ${collected}`);
  assert.ok(world.counters.bytesSent - before > 0);
});

test('Connection ends when what the client has shown expires, and not before', () => {
  const world = new ConnectionWorld();
  const expiresAtMs = world.clock.wallMs() + 5000;
  world.authenticator.answer = () => ({ allowed: true, username: 'u', expiresAtMs });
  const peer = world.connect('a');
  const other = world.connect('b');
  other.send({ type: 'disconnect' });
  other.close();
  world.clock.advance(4900);
  assert.deepEqual(world.ended, ['b: client-disconnect']);
  world.clock.advance(200);
  assert.deepEqual(world.ended, ['b: client-disconnect', 'a: credentials-expired']);
  peer.close();
  world.assertEmpty();
});
