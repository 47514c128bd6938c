import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProtocolError, type ProtocolFault, type QoS } from '@magpie/protocol';
import type { Limits } from '../model/limits.js';
import { messageOf } from '../routing/recording-subscriber.testing.js';
import { RecordingOutlet } from '../sessions/recording-outlet.testing.js';
import { HandStore } from '../stores/hand-store.testing.js';
import { PipelineWorld } from './pipeline-world.testing.js';

const QUALITIES = [0, 1, 2] as const;
const ANSWERS = { 0: [], 1: ['puback 1'], 2: ['pubrec 1'] } as const;

function isFault(fault: ProtocolFault): (error: unknown) => boolean {
  return (error) => error instanceof ProtocolError && error.fault === fault;
}

/** What is retained, as `topic=payload`. */
function retained(world: PipelineWorld): string[] {
  const messages = world.retained.matching('#');
  return messages
    .map(({ topic, payload }) => `${topic}=${Buffer.from(payload).toString()}`)
    .toSorted();
}

for (const qos of QUALITIES) {
  test(`Publishing.receive() hands a QoS ${qos} message on and answers it`, () => {
    const world = new PipelineWorld();
    const publisher = world.client('publisher');
    const subscriber = world.client('subscriber', { filters: ['a/+'] });
    world.receive(publisher, 'a/b', 'm', { qos });
    const id = qos === 0 ? '' : ' id 1';
    assert.deepEqual(subscriber.outlet.sent(), [`a/b=m @ ${qos}${id}`]);
    assert.deepEqual(publisher.outlet.sent(), ANSWERS[qos]);
    assert.equal(world.counters.messagesReceived, 1);
    assert.deepEqual(world.authorizer.asked, [`publisher publish a/b @ ${qos}`]);
  });

  test(`Publishing.receive() acknowledges a QoS ${qos} message that is denied`, () => {
    const world = new PipelineWorld();
    world.authorizer.publish = (topic) => topic !== 'secret';
    const publisher = world.client('publisher', { clean: false });
    const subscriber = world.client('subscriber', { filters: ['#'] });
    world.receive(publisher, 'secret', 'm', { qos, retain: true });
    assert.deepEqual(subscriber.outlet.sent(), []);
    assert.deepEqual(publisher.outlet.sent(), ANSWERS[qos]);
    assert.deepEqual(retained(world), []);
    assert.deepEqual(world.dropped, { denied: 1 });
    world.receive(publisher, 'open', 'm', { qos, packetId: 2 });
    assert.equal(subscriber.outlet.sent().length, 1);
  });

  test(`Publishing.receive() drops QoS ${qos} to a topic of the broker, and acknowledges`, () => {
    const world = new PipelineWorld();
    const publisher = world.client('publisher');
    const subscriber = world.client('subscriber', { filters: ['$SYS/broker/#'] });
    world.receive(publisher, '$SYS/broker/uptime', 'm', { qos, retain: true });
    assert.deepEqual(publisher.outlet.sent(), ANSWERS[qos]);
    assert.deepEqual(subscriber.outlet.sent(), []);
    assert.equal(world.retained.get('$SYS/broker/uptime'), undefined);
    assert.deepEqual(world.dropped, { denied: 1 });
    assert.deepEqual(world.authorizer.asked, []);
    const [line] = world.log.of('publish-denied');
    assert.equal(line?.fields['rule'], 'only the broker publishes below $SYS');
  });

  test(`Publishing.receive() drops a QoS ${qos} message that nobody subscribed to`, () => {
    const world = new PipelineWorld();
    const publisher = world.client('publisher');
    world.receive(publisher, 'a', 'm', { qos });
    assert.deepEqual(world.dropped, { 'no-subscriber': 1 });
    assert.deepEqual(publisher.outlet.sent(), ANSWERS[qos]);
  });
}

test('Publishing.receive() lets the publisher have its own message', () => {
  const world = new PipelineWorld();
  const client = world.client('c', { filters: ['#'] });
  world.receive(client, 'a', 'm', { qos: 1 });
  assert.deepEqual(client.outlet.sent(), ['a=m @ 1 id 1', 'puback 1']);
});

test('Publishing.receive() hands a repeated QoS 2 message on once, until it is released', () => {
  const world = new PipelineWorld();
  const publisher = world.client('publisher', { clean: false });
  const subscriber = world.client('subscriber', { filters: ['#'] });
  const send = (payload: string, dup: boolean) => {
    world.receive(publisher, 'a', payload, { qos: 2, packetId: 7, dup });
  };
  send('first', false);
  send('first', true);
  send('first', true);
  assert.deepEqual(subscriber.outlet.sent(), ['a=first @ 2 id 1']);
  assert.deepEqual(publisher.outlet.sent(), ['pubrec 7', 'pubrec 7', 'pubrec 7']);
  assert.equal(world.counters.messagesReceived, 1);
  world.publishing.release(publisher, 7);
  send('second', false);
  assert.deepEqual(subscriber.outlet.sent(), ['a=second @ 2 id 2']);
  assert.deepEqual(publisher.outlet.sent(), ['pubcomp 7', 'pubrec 7']);
});

test('Publishing.receive() does not ask again whether a repeated message may be published', () => {
  const world = new PipelineWorld();
  const publisher = world.client('publisher');
  for (const dup of [false, true]) world.receive(publisher, 'a', 'm', { qos: 2, dup });
  assert.equal(world.authorizer.asked.length, 1);
});

test('Publishing.receive() refuses more QoS 2 messages than may wait for PUBREL', () => {
  const world = new PipelineWorld({ unreleasedMax: 2 });
  const publisher = world.client('publisher');
  const subscriber = world.client('subscriber', { filters: ['#'] });
  for (const packetId of [1, 2]) world.receive(publisher, 'a', 'm', { qos: 2, packetId });
  const third = () => world.receive(publisher, 'a', 'm', { qos: 2, packetId: 3 });
  assert.throws(third, isFault('RECEIVE_MAXIMUM_EXCEEDED'));
  assert.equal(subscriber.outlet.sent().length, 2);
  world.publishing.release(publisher, 1);
  third();
  assert.equal(subscriber.outlet.sent().length, 1);
});

test('Publishing.release() answers any PUBREL, and forgets the identifier', () => {
  for (const clean of [true, false]) {
    const world = new PipelineWorld();
    const publisher = world.client('publisher', { clean });
    world.receive(publisher, 'a', 'm', { qos: 2, packetId: 7 });
    publisher.outlet.sent();
    world.store.written.length = 0;
    for (const packetId of [7, 7, 8]) world.publishing.release(publisher, packetId);
    assert.deepEqual(publisher.outlet.sent(), ['pubcomp 7', 'pubcomp 7', 'pubcomp 8']);
    assert.deepEqual(world.store.written, clean ? [] : ['released publisher 7']);
  }
});

test('Publishing.receive() refuses a topic of too many levels before it does anything', () => {
  const cases: readonly (readonly [topicLevelsMax: number, topic: string, allowed: boolean])[] = [
    [3, 'a/b/c', true],
    [3, 'a/b/c/d', false],
    [3, '///', false],
    [3, '//', true],
    [1, 'a', true],
    [1, '/', false],
    [3, 'a much longer topic of one level', true],
  ];
  for (const [topicLevelsMax, topic, allowed] of cases) {
    const world = new PipelineWorld({ topicLevelsMax });
    const client = world.client('c', { filters: ['#'] });
    const receive = () => world.receive(client, topic, 'm', { qos: 2, retain: true });
    if (allowed) receive();
    else assert.throws(receive, isFault('QUOTA_EXCEEDED'), topic);
    assert.equal(client.outlet.sent().length, allowed ? 2 : 0, topic);
    assert.equal(world.retained.count, allowed ? 1 : 0);
    assert.equal(client.session.inbound.unreleased, allowed ? 1 : 0);
  }
});

test('Publishing.receive() waits for an authorizer that needs time', async () => {
  for (const allowed of [true, false]) {
    const world = new PipelineWorld();
    let decide: (answer: boolean) => void = () => {};
    world.authorizer.publish = () =>
      new Promise((resolve) => {
        decide = resolve;
      });
    const publisher = world.client('publisher');
    const subscriber = world.client('subscriber', { filters: ['#'] });
    const pending = world.begin(publisher, 'a', 'payload', { qos: 2, retain: true });
    assert.ok(pending instanceof Promise);
    assert.deepEqual([publisher.outlet.sent(), subscriber.outlet.sent()], [[], []]);
    decide(allowed);
    await pending; // the bytes it was read from have been overwritten meanwhile
    assert.deepEqual(subscriber.outlet.sent(), allowed ? ['a=payload @ 2 id 1'] : []);
    assert.deepEqual(retained(world), allowed ? ['a=payload'] : []);
    assert.deepEqual(publisher.outlet.sent(), ['pubrec 1']);
    assert.deepEqual(world.dropped, allowed ? {} : { denied: 1 });
  }
});

for (const [name, failing] of [
  ['throws', () => assert.fail('broken')],
  ['rejects', () => Promise.reject(new Error('broken'))],
] as const) {
  test(`Publishing.receive() takes QoS 2 again for which an authorizer ${name}`, async () => {
    const world = new PipelineWorld();
    const publisher = world.client('publisher', { clean: false });
    const subscriber = world.client('subscriber', { filters: ['#'] });
    world.authorizer.publish = failing;
    const receive = async () => world.begin(publisher, 'a', 'm', { qos: 2 });
    await assert.rejects(receive, /broken/);
    assert.deepEqual([publisher.outlet.sent(), world.store.written.length > 1], [[], false]);
    world.authorizer.publish = () => true;
    await receive();
    assert.deepEqual(subscriber.outlet.sent(), ['a=m @ 2 id 1']);
    assert.deepEqual(publisher.outlet.sent(), ['pubrec 1']);
  });
}

for (const fails of [false, true]) {
  const outcome = fails ? 'has failed, after asking again' : 'has answered';
  test(`Publishing.receive() answers a repeated QoS 2 when the first ${outcome}`, async () => {
    const world = new PipelineWorld();
    const decisions: { allow: () => void; fail: () => void }[] = [];
    world.authorizer.publish = () =>
      new Promise((resolve, reject) => {
        const fail = () => reject(new Error('broken'));
        decisions.push({ allow: () => resolve(true), fail });
      });
    const subscriber = world.client('subscriber', { filters: ['#'] });
    const publisher = world.client('publisher', { clean: false });
    const first = Promise.resolve(world.begin(publisher, 'a', 'm', { qos: 2 }));
    // Its client takes over from itself.
    const again = { ...publisher, outlet: new RecordingOutlet() };
    const second = world.begin(again, 'a', 'm', { qos: 2, dup: true });
    assert.deepEqual(again.outlet.sent(), []);
    decisions[0]?.[fails ? 'fail' : 'allow']();
    await first.catch(() => {});
    decisions[1]?.allow();
    await second;
    assert.equal(decisions.length, fails ? 2 : 1);
    assert.deepEqual(again.outlet.sent(), ['pubrec 1']);
    assert.deepEqual(subscriber.outlet.sent(), ['a=m @ 2 id 1']);
    world.receive(again, 'a', 'm', { qos: 2, dup: true });
    assert.deepEqual([again.outlet.sent(), subscriber.outlet.sent()], [['pubrec 1'], []]);
  });
}

test('Publishing.receive() writes nothing for a session that ended meanwhile', async () => {
  const world = new PipelineWorld();
  let decide: (answer: boolean) => void = () => {};
  world.authorizer.publish = () =>
    new Promise((resolve) => {
      decide = resolve;
    });
  const publisher = world.client('publisher', { clean: false });
  const pending = world.begin(publisher, 'a', 'm', { qos: 2, packetId: 7 });
  world.registry.end(publisher.session);
  world.client('publisher', { clean: false });
  decide(true);
  await pending;
  const { sessions } = await world.store.load();
  assert.deepEqual(sessions[0]?.received, []);
});

/** Who publishes and who subscribes, and the ticket the acknowledgement waits for. */
const tickets: readonly (readonly [
  qos: QoS,
  cleanPublisher: boolean,
  subscriber: 'none' | 'clean' | 'persistent',
  retain: boolean,
  ticket: number,
])[] = [
  [1, true, 'none', false, 0],
  [1, true, 'clean', false, 0],
  [1, false, 'clean', false, 0],
  [1, true, 'persistent', false, 1],
  [1, true, 'none', true, 1],
  [2, true, 'clean', false, 0],
  [2, true, 'persistent', false, 1],
  [2, false, 'none', false, 1],
];

for (const [qos, cleanPublisher, kind, retain, ticket] of tickets) {
  const who = `${cleanPublisher ? 'clean' : 'persistent'} client`;
  const what = `QoS ${qos}${retain ? ', retained,' : ''} of a ${who} to ${kind}`;
  test(`Publishing.receive() acknowledges with ticket ${ticket}: ${what}`, async () => {
    const store = new HandStore();
    const world = new PipelineWorld({}, store);
    const publisher = world.client('publisher', { clean: cleanPublisher });
    if (kind !== 'none') world.client('subscriber', { clean: kind === 'clean', filters: ['#'] });
    world.gate.commit();
    await store.succeed();
    const before = store.commits;
    assert.equal(world.gate.ticketOfAll(), 0);
    world.receive(publisher, 'a', 'm', { qos, retain });
    const [packet] = publisher.outlet.packets;
    assert.ok(packet !== undefined && packet.type !== 'publish');
    assert.equal(packet.ticket, ticket === 0 ? 0 : before + ticket);
  });
}

test('Publishing acknowledges a second clear of a topic when the first is safe', async () => {
  const store = new HandStore();
  const world = new PipelineWorld({}, store);
  const publisher = world.client('publisher');
  world.receive(publisher, 'a', 'm', { qos: 1, retain: true });
  world.gate.commit();
  await store.succeed();
  publisher.outlet.sent();
  for (const packetId of [2, 3]) {
    world.receive(publisher, 'a', '', { qos: 1, packetId, retain: true });
  }
  assert.deepEqual(publisher.outlet.sent(), ['puback 2 at 2', 'puback 3 at 2']);
  world.gate.commit();
  await store.succeed();
  world.receive(publisher, 'a', '', { qos: 1, packetId: 4, retain: true });
  assert.deepEqual(publisher.outlet.sent(), ['puback 4']);
});

test('Publishing waits with PUBREC and PUBCOMP for what must survive a crash', async () => {
  const store = new HandStore();
  const world = new PipelineWorld({}, store);
  const publisher = world.client('publisher', { clean: false });
  world.gate.commit();
  await store.succeed();
  world.receive(publisher, 'a', 'm', { qos: 2 });
  world.gate.commit();
  world.receive(publisher, 'a', 'm', { qos: 2, dup: true }); // while that commit is under way
  assert.deepEqual(publisher.outlet.sent(), ['pubrec 1 at 2', 'pubrec 1 at 2']);
  await store.succeed();
  world.receive(publisher, 'a', 'm', { qos: 2, dup: true });
  world.publishing.release(publisher, 1);
  assert.deepEqual(publisher.outlet.sent(), ['pubrec 1', 'pubcomp 1 at 3']);
});

test('Publishing writes a message with the identifier it came with, for one commit', () => {
  const world = new PipelineWorld();
  const publisher = world.client('publisher', { clean: false });
  world.client('subscriber', { clean: false, filters: ['#'] });
  world.store.written.length = 0;
  world.receive(publisher, 'a', 'm', { qos: 2, retain: true, packetId: 9 });
  assert.deepEqual(world.store.written, [
    'retain a=m',
    'append a=m for subscriber:0@2',
    'received publisher 9',
  ]);
});

test('Publishing sets, replaces and clears the retained message of a topic', () => {
  const world = new PipelineWorld();
  const client = world.client('c', { filters: ['#'] });
  const steps: readonly (readonly [
    topic: string,
    payload: string,
    retain: boolean,
    state: string[],
  ])[] = [
    ['a', '1', true, ['a=1']],
    ['a', '2', false, ['a=1']],
    ['b', '3', true, ['a=1', 'b=3']],
    ['a', '4', true, ['a=4', 'b=3']],
    ['a', '', false, ['a=4', 'b=3']],
    ['a', '', true, ['b=3']],
    ['a', '', true, ['b=3']],
    ['c', '', true, ['b=3']],
  ];
  for (const [topic, payload, retain, state] of steps) {
    world.receive(client, topic, payload, { retain });
    assert.deepEqual(client.outlet.sent(), [`${topic}=${payload} @ 0`]); // delivered in any case
    assert.deepEqual(retained(world), state);
  }
  assert.deepEqual(world.store.written, ['retain a=1', 'retain b=3', 'retain a=4', 'clear a']);
});

/** Each with `a=1` and `b=2` retained; two bytes each. */
const retainedLimits: readonly (readonly [
  Partial<Limits>,
  topic: string,
  payload: string,
  state: string[],
])[] = [
  [{ retainedMessagesMax: 3 }, 'c', '3', ['a=1', 'b=2', 'c=3']],
  [{ retainedMessagesMax: 2 }, 'c', '3', ['a=1', 'b=2']],
  [{ retainedMessagesMax: 2 }, 'b', '3', ['a=1', 'b=3']],
  [{ retainedMessagesMax: 2 }, 'b', '', ['a=1']],
  [{ retainedMessagesMax: 0 }, 'c', '3', []],
  [{ retainedBytesMax: 6 }, 'c', '3', ['a=1', 'b=2', 'c=3']],
  [{ retainedBytesMax: 5 }, 'c', '3', ['a=1', 'b=2']],
  [{ retainedBytesMax: 5 }, 'b', '33', ['a=1', 'b=33']],
  [{ retainedBytesMax: 5 }, 'b', '333', ['a=1', 'b=2']],
];

for (const [limits, topic, payload, state] of retainedLimits) {
  const name = `${JSON.stringify(limits)} and ${topic}=${payload}`;
  test(`Publishing with ${name} retains ${state.join()}`, () => {
    const world = new PipelineWorld(limits);
    const client = world.client('c', { filters: ['#'] });
    for (const [known, value] of [
      ['a', '1'],
      ['b', '2'],
    ] as const) {
      world.receive(client, known, value, { retain: true });
    }
    client.outlet.sent();
    const refused = world.counters.retainedRefused;
    world.receive(client, topic, payload, { retain: true });
    assert.deepEqual(retained(world), state);
    assert.deepEqual(client.outlet.sent(), [`${topic}=${payload} @ 0`]);
    const taken = payload === '' || state.includes(`${topic}=${payload}`);
    assert.equal(world.counters.retainedRefused, refused + (taken ? 0 : 1));
  });
}

test('Publishing still replaces what is retained, though the limit is lower than it was', () => {
  const world = new PipelineWorld({ retainedMessagesMax: 1 });
  for (const topic of ['a', 'b', 'c']) world.retained.set(messageOf(topic, 'old'));
  world.receive(world.client('c'), 'b', 'new', { retain: true });
  assert.deepEqual(retained(world), ['a=old', 'b=new', 'c=old']);
  assert.equal(world.counters.retainedRefused, 0);
});

test('Publishing retains before it delivers', () => {
  const world = new PipelineWorld();
  const seen: string[][] = [];
  world.router.index.add(
    'a',
    { deliver: () => void seen.push(retained(world)), accepts: () => true, refuses: () => false },
    0,
  );
  world.receive(world.client('c'), 'a', 'm', { retain: true });
  assert.deepEqual(seen, [['a=m']]);
});

test('Publishing gives a message to one member of each share group', () => {
  const world = new PipelineWorld();
  const groups = [['$share/g/a'], ['$share/g/a', 'a'], ['$share/h/+']];
  const clients = groups.map((filters, index) => world.client(`c${index}`, { filters }));
  const publisher = world.client('publisher');
  for (let count = 0; count < 4; count++) world.receive(publisher, 'a', 'm', { qos: 1 });
  const counts = clients.map(({ outlet }) => outlet.packets.length);
  assert.deepEqual(counts, [2, 2 + 4, 4]);
  assert.deepEqual(world.dropped, {});
});

test('Publishing.publish() may be called from within a delivery', () => {
  const world = new PipelineWorld();
  const both = world.client('both', { clean: false, filters: ['inner', 'outer'] });
  const deliver = () => world.publishing.publish(messageOf('inner', 'i', { qos: 1 }));
  world.router.index.add('outer', { deliver, accepts: () => true, refuses: () => false }, 0);
  world.client('after', { clean: false, filters: ['outer'] });
  world.store.written.length = 0;
  world.receive(world.client('publisher'), 'outer', 'o', { qos: 1 });
  assert.deepEqual(both.outlet.sent(), ['outer=o @ 1 id 1', 'inner=i @ 1 id 2']);
  assert.deepEqual(world.store.written, [
    'append inner=i for both:1@1',
    'append outer=o for both:0@1, after:0@1',
  ]);
});

test('Publishing.publish() tells who listens, before anybody has it', () => {
  const world = new PipelineWorld();
  const told: string[] = [];
  world.events.published.on(({ message }) => told.push(`published ${message.topic}`));
  world.events.delivered.on(({ message }) => told.push(`delivered ${message.topic}`));
  world.events.dropped.on(({ message, clientId, reason }) =>
    told.push(`dropped ${message?.topic} of ${clientId}: ${reason}`),
  );
  world.authorizer.publish = (topic) => topic !== 'secret';
  const client = world.client('c', { filters: ['a'] });
  for (const topic of ['a', 'b', 'secret']) world.receive(client, topic, 'm');
  assert.deepEqual(told, [
    'published a',
    'delivered a',
    'published b',
    'dropped b of undefined: no-subscriber',
    'dropped secret of c: denied',
  ]);
});

test('Publishing counts what goes through the topics that the operator has named', () => {
  const world = new PipelineWorld({}, undefined, ['a/+', 'denied', 'away/#']);
  world.authorizer.publish = (topic) => topic !== 'denied';
  const client = world.client('c', { filters: ['#'] });
  world.client('d', { filters: ['a/b'] });
  world.receive(client, 'a/b', 'four');
  world.receive(client, 'a/c', 'four', { qos: 2 });
  world.receive(client, 'denied', 'm');
  client.session.detach();
  world.publishing.publish(messageOf('away/x'));
  world.receive(client, 'other', 'm');
  const shown = world.counters.topics.read().map((one) => Object.values(one).join(' '));
  assert.deepEqual(shown, ['a/+ 2 8 3 12 0', 'denied 1 1 0 0 1', 'away/# 1 1 0 0 1']);
});

test('Publishing.announce() hands on what the broker tells, and keeps it for later', () => {
  const world = new PipelineWorld();
  const topic = '$SYS/broker/uptime';
  world.publishing.announce(messageOf(topic));
  assert.deepEqual([world.counters.messagesFromInside, world.dropped], [0, {}]);
  const subscriber = world.client('subscriber', { filters: ['$SYS/+/uptime'] });
  world.publishing.announce(messageOf(topic, 'n'));
  assert.deepEqual(subscriber.outlet.sent(), [`${topic}=n @ 0`]);
  assert.deepEqual(Buffer.from(world.retained.get(topic)?.payload ?? []).toString(), 'n');
  assert.deepEqual([world.counters.messagesFromInside, world.store.written], [1, []]);
});
