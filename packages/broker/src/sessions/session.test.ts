import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type QoS } from '@magpie/protocol';
import fc from 'fast-check';
import type { Limits } from '../model/limits.js';
import { messageOf } from '../routing/recording-subscriber.testing.js';
import { CrashStore } from '../stores/crash-store.testing.js';
import { callbacksDone, HandStore } from '../stores/hand-store.testing.js';
import { RecordingOutlet } from './recording-outlet.testing.js';
import type { Session } from './session.js';
import { SessionClient } from './session-client.testing.js';
import { SessionWorld } from './session-world.testing.js';

function attach(session: Session): RecordingOutlet {
  const outlet = new RecordingOutlet();
  session.attach(outlet);
  return outlet;
}

const QUALITIES = [0, 1, 2] as const;

for (const published of QUALITIES) {
  for (const granted of QUALITIES) {
    const qos = Math.min(published, granted);
    for (const clean of [true, false]) {
      const kind = clean ? 'clean' : 'persistent';
      test(`Session.deliver() of QoS ${published} to a ${kind} one granted ${granted}`, () => {
        const world = new SessionWorld();
        const [session, outlet] = world.online('c', { clean, qos: granted });
        world.publish('m', published);
        assert.deepEqual(outlet.sent(), [qos === 0 ? 't=m @ 0' : `t=m @ ${qos} id 1`]);
        assert.deepEqual([session.inflight, session.queued], [qos === 0 ? 0 : 1, 0]);
        const stored = qos === 0 || clean ? [] : [`append t=m for c:0@${qos}`];
        assert.deepEqual(world.store.written, stored);
      });
    }
  }
}

test('Session.deliver() sends without RETAIN, though the message asked to be retained', () => {
  const world = new SessionWorld();
  const [, outlet] = world.online();
  world.route(messageOf('t', 'm', { qos: 1, retain: true }));
  assert.deepEqual(outlet.sent(), ['t=m @ 1 id 1']);
});

test('Session.deliver() to a client that is away drops QoS 0 and queues the others', () => {
  const world = new SessionWorld();
  const session = world.session();
  for (const qos of QUALITIES) world.publish(`m${qos}`, qos);
  assert.deepEqual(world.dropped, { 'offline-qos0': 1 });
  assert.equal(session.queued, 2);
  assert.deepEqual(attach(session).sent(), ['t=m1 @ 1 id 1', 't=m2 @ 2 id 2']);
  assert.deepEqual([session.queued, session.inflight], [0, 2]);
});

test('Session.deliver() drops QoS 0 while the output is full, and only that', () => {
  const world = new SessionWorld();
  const [session, outlet] = world.online();
  outlet.full = true;
  outlet.congested = true;
  for (const qos of QUALITIES) world.publish(`m${qos}`, qos);
  assert.deepEqual(outlet.sent(), []);
  assert.deepEqual(world.dropped, { 'output-full': 1 });
  outlet.full = false;
  outlet.congested = false;
  session.drain();
  assert.deepEqual(outlet.sent(), ['t=m1 @ 1 id 1', 't=m2 @ 2 id 2']);
});

test('Session queues QoS 1 and 2 while its client reads slowly, and keeps their order', () => {
  const world = new SessionWorld();
  const [session, outlet] = world.online();
  outlet.congested = true;
  for (const payload of ['a', 'b', 'c', 'd']) world.publish(payload, 1);
  world.publish('now', 0); // can be dropped, so it need not wait
  assert.deepEqual(outlet.sent(), ['t=now @ 0']);
  assert.equal(session.queued, 4);
  outlet.congested = false;
  outlet.congestedAt = outlet.packets.length + 2;
  session.drain();
  assert.deepEqual(outlet.sent(), ['t=a @ 1 id 1', 't=b @ 1 id 2']);
  outlet.congested = false;
  outlet.congestedAt = Infinity;
  world.publish('e', 1); // not before those that wait
  session.drain();
  assert.deepEqual(outlet.sent(), ['t=c @ 1 id 3', 't=d @ 1 id 4', 't=e @ 1 id 5']);
});

test('Session sends what is queued as acknowledgements make room, in order', () => {
  const world = new SessionWorld({ inflightMax: 2 });
  const [session, outlet] = world.online();
  for (const payload of ['a', 'b', 'c', 'd', 'e']) world.publish(payload, 2);
  assert.deepEqual(outlet.sent(), ['t=a @ 2 id 1', 't=b @ 2 id 2']);
  assert.deepEqual([session.inflight, session.queued], [2, 3]);

  session.acknowledged('pubrec', 1); // received is not done
  assert.deepEqual(outlet.sent(), ['pubrel 1']);
  session.acknowledged('pubcomp', 1);
  assert.deepEqual(outlet.sent(), ['t=c @ 2 id 3']);
  session.acknowledged('pubrec', 3);
  session.acknowledged('pubcomp', 3);
  assert.deepEqual(outlet.sent(), ['pubrel 3', 't=d @ 2 id 4']);
  world.publish('f', 1);
  session.acknowledged('pubrec', 2);
  session.acknowledged('pubcomp', 2);
  session.acknowledged('pubrec', 4);
  session.acknowledged('pubcomp', 4);
  const sent = outlet.sent().filter((line) => line.startsWith('t='));
  assert.deepEqual(sent, ['t=e @ 2 id 5', 't=f @ 1 id 6']);
  assert.equal(session.queued, 0);
});

test('Session sends QoS 0 at once, though its window is full', () => {
  const world = new SessionWorld({ inflightMax: 1 });
  const [, outlet] = world.online();
  world.publish('a', 1);
  world.publish('b', 1);
  world.publish('c', 0);
  assert.deepEqual(outlet.sent(), ['t=a @ 1 id 1', 't=c @ 0']);
});

type Answer = 'puback' | 'pubrec' | 'pubcomp';
/** Identifier 1 is of QoS 1, 2 of QoS 2, 3 of QoS 2 and released, 9 is not in flight. */
const answers: readonly (readonly [Answer, packetId: number, right: boolean, sent: string[]])[] = [
  ['puback', 1, true, []],
  ['puback', 2, false, []],
  ['puback', 3, false, []],
  ['puback', 9, true, []],
  ['pubrec', 1, false, []],
  ['pubrec', 2, true, ['pubrel 2']],
  ['pubrec', 3, true, ['pubrel 3']],
  ['pubrec', 9, true, ['pubrel 9']],
  ['pubcomp', 1, false, []],
  ['pubcomp', 2, false, []],
  ['pubcomp', 3, true, []],
  ['pubcomp', 9, true, []],
];

for (const [type, packetId, right, sent] of answers) {
  for (const clean of [true, false]) {
    const kind = clean ? 'clean' : 'persistent';
    test(`Session.acknowledged() says ${right} to ${type} ${packetId} of a ${kind} one`, () => {
      const world = new SessionWorld();
      const [session, outlet] = world.online('c', { clean });
      for (const qos of [1, 2, 2] as const) world.publish('m', qos);
      session.acknowledged('pubrec', 3);
      outlet.sent();
      assert.equal(session.acknowledged(type, packetId), right);
      assert.deepEqual(outlet.sent(), sent);
    });
  }
}

test('Session.attach() sends again what is in flight, then what is queued', () => {
  const world = new SessionWorld({ inflightMax: 4 });
  const [session, first] = world.online();
  for (const [payload, qos] of [
    ['a', 1],
    ['b', 2],
    ['c', 2],
    ['d', 1],
    ['e', 1],
    ['f', 2],
  ] as const) {
    world.publish(payload, qos);
  }
  session.acknowledged('pubrec', 3);
  session.acknowledged('pubrec', 2);
  session.detach();
  world.publish('g', 1);
  const sentBefore = first.packets.length;

  for (let time = 0; time < 2; time++) {
    const outlet = attach(session);
    assert.deepEqual(outlet.sent(), [
      't=a @ 1 id 1 dup',
      'pubrel 2',
      'pubrel 3',
      't=d @ 1 id 4 dup',
    ]);
    session.detach();
  }
  const outlet = attach(session);
  outlet.sent();
  session.acknowledged('puback', 1);
  session.acknowledged('puback', 4);
  session.acknowledged('pubcomp', 2);
  assert.deepEqual(outlet.sent(), ['t=e @ 1 id 5', 't=f @ 2 id 6', 't=g @ 1 id 7']);
  assert.equal(first.packets.length, sentBefore); // nothing goes to a connection that is gone
});

test('Session.attach() sends a retained message again with RETAIN', () => {
  const world = new SessionWorld();
  world.retain('t', 'm');
  const [session, outlet] = world.online();
  session.replay('#', 1);
  assert.deepEqual(outlet.sent(), ['t=m @ 1 id 1 retain']);
  session.detach();
  assert.deepEqual(attach(session).sent(), ['t=m @ 1 id 1 dup retain']);
});

test('Session uses no identifier twice while it is in flight, in 200,000 messages', () => {
  const world = new SessionWorld({ inflightMax: 3 });
  const [session, outlet] = world.online();
  world.publish('oldest', 1);
  outlet.packets.length = 0;
  let stuck = 0;
  for (let count = 0; count < 200_000; count++) {
    world.publish('m', 1);
    const sent = outlet.packets.pop();
    if (sent === undefined) {
      stuck++;
      if (stuck === 3) session.acknowledged('puback', 1);
      continue;
    }
    assert.ok(stuck >= 3 || sent.packetId !== 1);
    session.acknowledged('puback', sent.packetId);
  }
  assert.ok(stuck >= 3, 'the oldest message held back what would have its identifier');
});

/** What a persistent session tells the store of a message from beginning to end. */
const stored: readonly (readonly [qos: QoS, acts: [Answer, string[]][], append: string[]])[] = [
  [0, [], []],
  [1, [['puback', ['settle c:0']]], ['append t=m for c:0@1']],
  [
    2,
    [
      ['pubrec', ['release c:0']],
      ['pubcomp', ['settle c:0']],
    ],
    ['append t=m for c:0@2'],
  ],
];

for (const [qos, acts, append] of stored) {
  for (const online of [true, false]) {
    const where = online ? 'sent' : 'queued';
    test(`Session stores what must survive of a QoS ${qos} message that is ${where}`, () => {
      const world = new SessionWorld();
      const session = world.session();
      if (online) attach(session);
      world.publish('m', qos);
      assert.deepEqual(world.store.written.splice(0), append);
      if (!online) attach(session);
      assert.deepEqual(world.store.written, []); // sending needs no write
      for (const [type, writes] of acts) {
        session.acknowledged(type, 1);
        assert.deepEqual(world.store.written.splice(0), writes);
      }
    });
  }

  test(`Session stores nothing of a QoS ${qos} message if it is clean`, () => {
    const world = new SessionWorld();
    const [session] = world.online('c', { clean: true });
    world.publish('m', qos);
    for (const [type] of acts) session.acknowledged(type, 1);
    session.detach();
    world.publish('m', qos);
    assert.deepEqual(world.store.written, []);
  });
}

test('Session is written with others: one message, once', () => {
  const world = new SessionWorld();
  world.online('a');
  world.session('b', { qos: 1 });
  world.online('c', { clean: true });
  world.online('d', { qos: 0 });
  world.store.written.length = 0;
  world.publish('m', 2);
  assert.deepEqual(world.store.written, ['append t=m for a:0@2, b:0@1']);
});

/** Whether a message waits for the commit that holds it: 0 is at once, 1 the next commit. */
const waits: readonly (readonly [qos: QoS, clean: boolean, ticket: number])[] = [
  [0, false, 0],
  [1, false, 0], // may come twice
  [2, false, 1],
  [2, true, 0], // is in no commit
];

for (const [qos, clean, ticket] of waits) {
  const when = ticket === 0 ? 'at once' : 'once it is safe';
  test(`Session sends QoS ${qos} ${when} if it is ${clean ? 'clean' : 'persistent'}`, async () => {
    const store = new HandStore();
    const world = new SessionWorld({ inflightMax: 1 }, store);
    const [session, outlet] = world.online('c', { clean });
    const commit = async () => {
      world.gate.commit();
      await store.succeed();
    };
    await commit();
    const wanted = ticket === 0 ? 0 : store.commits + ticket;
    world.publish('sent', qos);
    assert.deepEqual(
      outlet.packets.map((packet) => packet.ticket),
      [wanted],
    );
    outlet.packets.length = 0;

    world.publish('queued', qos);
    if (qos === 2) for (const type of ['pubrec', 'pubcomp'] as const) session.acknowledged(type, 1);
    if (qos === 1) session.acknowledged('puback', 1);
    const publish = outlet.packets.find(({ type }) => type === 'publish');
    assert.equal(publish?.ticket, wanted); // the same commit, which has not begun

    if (clean) return;
    await commit();
    session.detach();
    const again = attach(session);
    assert.deepEqual(
      again.packets.map((packet) => packet.ticket),
      qos === 0 ? [] : [0],
    );
  });
}

test('Session sends a retained QoS 2 message once its identifier is safe', async () => {
  const store = new HandStore();
  const world = new SessionWorld({}, store);
  world.retained.set(messageOf('a', 'm', { qos: 2, retain: true }));
  const [session, outlet] = world.online();
  world.gate.commit();
  await store.succeed();
  const next = store.commits + 1;
  session.replay('#', 2);
  assert.deepEqual(outlet.sent(), [`a=m @ 2 id 1 retain at ${next}`]);
  assert.equal(world.gate.ticketOfAll(), next);
});

test('Session sends again, once it is safe, what it had sent before', async () => {
  const store = new HandStore();
  const world = new SessionWorld({}, store);
  const [session] = world.online();
  world.gate.commit();
  await store.succeed();
  const next = store.commits + 1;
  world.publish('a', 2);
  world.publish('b', 2);
  session.acknowledged('pubrec', 2);
  session.detach();
  assert.deepEqual(attach(session).sent(), [`t=a @ 2 id 1 dup at ${next}`, `pubrel 2 at ${next}`]);
});

test('Session sends QoS 1 again at once, or what is queued behind would overtake it', async () => {
  const store = new HandStore();
  const world = new SessionWorld({}, store);
  const [session] = world.online();
  world.publish('sent', 1);
  session.detach();
  world.publish('queued', 1);
  assert.deepEqual(attach(session).sent(), ['t=sent @ 1 id 1 dup', 't=queued @ 1 id 2']);
});

test('Session answers PUBREC when it is safe that the message is not sent again', async () => {
  const store = new HandStore();
  const world = new SessionWorld({}, store);
  const [session, outlet] = world.online();
  world.publish('m', 2);
  world.gate.commit();
  await store.succeed();
  outlet.sent();
  session.acknowledged('pubrec', 1);
  const ticket = world.gate.ticketOfAll();
  assert.ok(ticket > 0);
  assert.deepEqual(outlet.sent(), [`pubrel 1 at ${ticket}`]);
});

type Policy = Limits['queueFullPolicy'];
/** Messages of five bytes, topic included, to a client that is away; what it has in the end. */
const full: readonly (readonly [Partial<Limits>, policy: Policy, kept: string])[] = [
  [{ queuedMessagesMax: 3 }, 'drop-newest', 'abc'],
  [{ queuedMessagesMax: 3 }, 'drop-oldest', 'cde'],
  [{ queuedMessagesMax: 3 }, 'disconnect', 'abc'],
  [{ queuedMessagesMax: 0 }, 'drop-newest', ''],
  [{ queuedMessagesMax: 0 }, 'drop-oldest', ''],
  [{ queuedBytesMax: 10 }, 'drop-newest', 'ab'],
  [{ queuedBytesMax: 10 }, 'drop-oldest', 'de'],
  [{ queuedBytesMax: 14 }, 'drop-oldest', 'de'],
  [{ queuedBytesMax: 10 }, 'disconnect', 'ab'],
  [{ queuedBytesMax: 4 }, 'drop-oldest', ''],
  [{ queuedMessagesTotalMax: 4 }, 'drop-newest', 'abc'],
  [{ queuedMessagesTotalMax: 4 }, 'drop-oldest', 'cde'],
  [{ queuedMessagesTotalMax: 1 }, 'drop-oldest', ''],
  [{ queuedBytesTotalMax: 15 }, 'drop-newest', 'ab'],
  [{ queuedBytesTotalMax: 15 }, 'drop-oldest', 'de'],
  [{ queuedBytesTotalMax: 15 }, 'disconnect', 'ab'],
];

for (const [limits, queueFullPolicy, kept] of full) {
  test(`Session with ${JSON.stringify(limits)} and ${queueFullPolicy} keeps '${kept}'`, () => {
    const world = new SessionWorld({ ...limits, queueFullPolicy });
    const total = 'queuedMessagesTotalMax' in limits || 'queuedBytesTotalMax' in limits;
    if (total) {
      // Of the totals, one message of another session takes its part.
      const other = world.registry.open('other', false).session;
      other.deliver(messageOf('o', 'ther', { qos: 1 }), 1);
    }
    const session = world.session();
    for (const payload of 'abcde') world.publish(payload.repeat(4), 1);
    assert.equal(session.queued, kept.length);
    const outlet = attach(session);
    assert.deepEqual(
      outlet.packets
        .map((packet) => (packet.type === 'publish' ? packet.payload[0] : '?'))
        .join(''),
      kept,
    );
    assert.deepEqual(world.dropped, { 'queue-full': 5 - kept.length });
  });
}

test('Session disconnects a client whose queue is full if the policy says so', () => {
  const world = new SessionWorld({ queuedMessagesMax: 1, queueFullPolicy: 'disconnect' });
  const [, outlet] = world.online();
  outlet.congested = true;
  world.publish('a', 1);
  assert.deepEqual(outlet.closing, []);
  world.publish('b', 1);
  assert.deepEqual(outlet.closing, ['queue-full']);
  assert.deepEqual(world.dropped, { 'queue-full': 1 });
});

test('Session counts deliveries that balance: begun, ended, waiting, dropped', async () => {
  const limits = { inflightMax: 2, queuedMessagesMax: 3, queueFullPolicy: 'drop-oldest' } as const;
  const world = new SessionWorld(limits);
  const balance = (of = world): [begun: number, ended: number, open: number, dropped: number] => {
    const { deliveriesBegun, deliveriesEnded, dropped } = of.counters;
    const all = Object.values(dropped).reduce((sum, count) => sum + count, 0);
    return [deliveriesBegun, deliveriesEnded, of.totals.messages + of.registry.inflight, all];
  };
  for (const topic of ['r/1', 'r/2']) world.retain(topic, topic);
  assert.deepEqual(balance(), [0, 0, 0, 0]);
  const [session] = world.online();
  for (const qos of [0, 1, 2] as const) world.publish('m', qos);
  assert.deepEqual(balance(), [3, 1, 2, 0]);
  session.replay('r/+', 1); // waits behind the window
  for (let count = 0; count < 3; count++) world.publish('queued', 1); // pushes it out
  assert.deepEqual(balance(), [7, 1, 5, 1]);
  session.acknowledged('puback', 1);
  session.acknowledged('pubrec', 2);
  session.acknowledged('pubcomp', 2);
  assert.deepEqual(balance(), [7, 3, 3, 1]);
  const next = await world.restarted();
  assert.deepEqual(balance(next), [3, 0, 3, 0]);
  session.replay('r/+', 0); // goes out when there is room: an entry and two messages
  for (const packetId of [5, 6, 7]) session.acknowledged('puback', packetId);
  assert.deepEqual(balance(), [10, 9, 0, 1]);
  session.detach();
  world.publish('away', 0);
  world.publish('away', 1);
  world.registry.end(session);
  assert.deepEqual(balance(), [12, 9, 0, 3]);
});

test('Session tells the store what it drops to make room, and no more', () => {
  for (const [queueFullPolicy, written] of [
    ['drop-newest', ['append t=a for c:0@1', 'append t=b for c:1@1']],
    [
      'drop-oldest',
      ['append t=a for c:0@1', 'append t=b for c:1@1', 'append t=c for c:2@1', 'settle c:0'],
    ],
  ] as const) {
    const world = new SessionWorld({ queuedMessagesMax: 2, queueFullPolicy });
    world.session();
    for (const payload of ['a', 'b', 'c']) world.publish(payload, 1);
    assert.deepEqual(world.store.written, written);
  }
});

test('Session drops nothing older for a message that would never fit', () => {
  const world = new SessionWorld({ queuedBytesMax: 100, queueFullPolicy: 'drop-oldest' });
  const session = world.session();
  for (const payload of ['a', 'b', 'c']) world.publish(payload, 1);
  world.publish('x'.repeat(100), 1);
  assert.equal(session.queued, 3);
  assert.deepEqual(world.dropped, { 'queue-full': 1 });
});

test('Session drops nothing older where others hold what all may have together', () => {
  const world = new SessionWorld({ queuedBytesTotalMax: 1000, queueFullPolicy: 'drop-oldest' });
  const other = world.registry.open('other', false).session;
  other.deliver(messageOf('o', 'x'.repeat(900), { qos: 1 }), 1);
  const session = world.session();
  for (const payload of ['a', 'b', 'c']) world.publish(payload, 1);
  world.publish('x'.repeat(200), 1);
  assert.deepEqual([session.queued, other.queued], [3, 1]);
});

test('Session counts in the totals what it has queued, until it is sent or ends', () => {
  const world = new SessionWorld();
  const session = world.session();
  for (const payload of ['aa', 'bb']) world.publish(payload, 1);
  assert.deepEqual(world.queued, [2, 6]);
  attach(session);
  assert.deepEqual(world.queued, [0, 0]);
  session.detach();
  world.publish('c', 1);
  assert.equal(world.totals.messages, 1);
  world.registry.end(session);
  assert.deepEqual(world.queued, [0, 0]);
});

test('Session keeps what it queues, though the next read overwrites it', () => {
  const world = new SessionWorld();
  const session = world.session();
  const message = messageOf('t', 'm', { qos: 1 });
  let kept = 0;
  message.keep = () => {
    kept++;
    return message;
  };
  message.keepLong = message.keep;
  session.deliver(message, 1);
  assert.ok(kept > 0);
});

test('Session.replay() sends the retained messages that match, with RETAIN', () => {
  const world = new SessionWorld();
  world.retain('a/b', '1', 0);
  world.retain('a/c', '2', 1);
  world.retain('b', '3', 2);
  const [session, outlet] = world.online();
  world.store.written.length = 0;
  session.replay('a/+', 2);
  assert.deepEqual(outlet.sent().toSorted(), ['a/b=1 @ 0 retain', 'a/c=2 @ 1 id 2 retain']);
  assert.deepEqual(world.store.written, ['append a/c=2 for c:1@1 retained']);
  session.replay('#', 0);
  assert.deepEqual(outlet.sent().toSorted(), [
    'a/b=1 @ 0 retain',
    'a/c=2 @ 0 retain',
    'b=3 @ 0 retain',
  ]);
});

test('Session.replay() of nothing leaves no trace', () => {
  const world = new SessionWorld();
  world.retain('a', '1');
  const [session, outlet] = world.online();
  session.replay('b/#', 1);
  world.publish('m', 1);
  assert.deepEqual(outlet.sent(), ['t=m @ 1 id 1']);
});

for (const qos of QUALITIES) {
  test(`Session sends a QoS ${qos} message published later behind the retained ones`, () => {
    const world = new SessionWorld({ inflightMax: 2 });
    for (const topic of ['a', 'b', 'c', 'd']) world.retain(topic, 'old');
    const [session] = world.online();
    const client = new SessionClient();
    client.connect(session);
    session.replay('#', 1);
    world.publish('new', qos, 'd');
    client.finish();
    assert.deepEqual(client.received, ['old', 'old', 'old', 'old', 'new']);
  });
}

test('Session sends nothing twice that was retained after the SUBSCRIBE', () => {
  const world = new SessionWorld({ inflightMax: 1 });
  for (const topic of ['a', 'b', 'c']) world.retain(topic, 'old');
  const [session, outlet] = world.online();
  session.replay('#', 1);
  world.retain('b', 'new'); // replaced, and routed to the subscription
  world.retain('d', 'new');
  const got: string[] = [];
  for (let next = outlet.packets.shift(); next !== undefined; next = outlet.packets.shift()) {
    if (next.type === 'publish')
      got.push(`${next.topic}=${next.payload}${next.retain ? ' retain' : ''}`);
    session.acknowledged('puback', next.packetId);
  }
  const [first = '', ...later] = got;
  assert.match(first, /old retain$/);
  assert.deepEqual(
    later.filter((line) => line.includes('new')),
    ['b=new', 'd=new'],
  );
  assert.equal(new Set(got).size, got.length);
});

test('Session.replay() goes on when the client comes back', () => {
  const world = new SessionWorld({ inflightMax: 2 });
  for (const topic of ['a', 'b', 'c', 'd', 'e']) world.retain(topic, topic);
  const [session, outlet] = world.online();
  session.replay('#', 1);
  const before = outlet.sent();
  assert.equal(before.length, 2);
  session.detach();
  const again = attach(session);
  assert.deepEqual(
    again.sent(),
    before.map((line) => line.replace(' retain', ' dup retain')),
  );
  for (const packetId of [1, 2, 3, 4, 5]) session.acknowledged('puback', packetId);
  assert.equal(again.sent().length, 3);
  assert.deepEqual([session.queued, session.inflight], [0, 0]);
});

test('Session.replay() sends although the queue may hold nothing', () => {
  const world = new SessionWorld({ queuedMessagesMax: 0 });
  world.retain('a', 'old');
  const [session, outlet] = world.online();
  session.replay('#', 1);
  assert.deepEqual(outlet.sent(), ['a=old @ 1 id 1 retain']);
  assert.deepEqual(world.dropped, {});
});

test('Session.replay() that does not fit behind another is dropped, and the queue goes on', () => {
  const world = new SessionWorld({ queuedMessagesMax: 1, inflightMax: 1 });
  for (const topic of ['a', 'b']) world.retain(topic, 'old');
  const [session, outlet] = world.online();
  const sent = () => outlet.sent().map((packet) => packet.replace(/^[ab]=/, 'any='));
  session.replay('#', 1); // the second message waits for room
  session.replay('a', 1);
  assert.deepEqual(world.dropped, { 'queue-full': 1 });
  assert.deepEqual(sent(), ['any=old @ 1 id 1 retain']);
  session.acknowledged('puback', 1);
  assert.deepEqual(sent(), ['any=old @ 1 id 2 retain']);
  session.acknowledged('puback', 2);
  world.publish('new', 1);
  assert.deepEqual(outlet.sent(), ['t=new @ 1 id 3']);
  assert.equal(session.queued, 0);
});

/** How the retained messages leave the queue that a QoS 0 message waits behind. */
const replayEnds: readonly (readonly [how: string, limits: Partial<Limits>, sent: string[]])[] = [
  ['are sent', {}, ['r=r @ 0 retain', 't=a @ 0', 't=b @ 0', 't=c @ 0']],
  ['make room', { queuedMessagesMax: 2, queueFullPolicy: 'drop-oldest' }, ['t=b @ 0', 't=c @ 0']],
];
for (const [how, limits, sent] of replayEnds) {
  test(`Session keeps QoS 0 in order when the retained messages in front of it ${how}`, () => {
    const world = new SessionWorld({ inflightMax: 1, ...limits });
    world.retain('r', 'r');
    const [session, outlet] = world.online();
    outlet.congested = true;
    session.replay('r', 0);
    world.publish('a', 0); // behind it
    if (limits.queuedMessagesMax === undefined) {
      outlet.congestedAt = 1;
      outlet.congested = false;
      session.drain();
    }
    world.publish('b', 0);
    world.publish('c', 0);
    outlet.congestedAt = Infinity;
    outlet.congested = false;
    session.drain();
    assert.deepEqual(outlet.sent(), sent);
  });
}

test('Session keeps no QoS 0 message for a client that is away', () => {
  const world = new SessionWorld({ inflightMax: 1 });
  for (const topic of ['a', 'b']) world.retain(topic, 'old');
  const session = world.session();
  const client = new SessionClient();
  client.connect(session);
  session.replay('#', 1); // the second one waits for room
  world.publish('new', 0);
  world.publish('sure', 1);
  client.disconnect();
  assert.deepEqual(world.dropped, { 'offline-qos0': 1 });
  client.connect(session);
  client.finish();
  assert.deepEqual(client.received, ['old', 'old', 'sure']);
  assert.deepEqual(world.queued, [0, 0]);
});

/** Whether a share group shall choose it. */
const able: readonly (readonly [state: string, qos0: boolean, others: boolean])[] = [
  ['connected', true, true],
  ['away', false, false],
  ['congested', true, true],
  ['full', false, true],
  ['window full', true, true],
  ['queue full', true, false],
];

for (const [state, qos0, others] of able) {
  test(`Session.accepts() while ${state}: QoS 0 ${qos0}, QoS 1 and 2 ${others}`, () => {
    const world = new SessionWorld({ inflightMax: 1, queuedMessagesMax: 1 });
    const [session, outlet] = world.online();
    if (state === 'away') session.detach();
    if (state === 'congested') outlet.congested = true;
    if (state === 'full') outlet.full = true;
    if (state.endsWith('full') && state !== 'full') world.publish('m', 1);
    if (state === 'queue full') world.publish('m', 1);
    assert.deepEqual(
      QUALITIES.map((qos) => session.accepts(qos)),
      [qos0, others, others],
    );
  });
}

test('Session.discard() counts what is in flight and what is queued', () => {
  const world = new SessionWorld({ inflightMax: 2 });
  const [session] = world.online();
  for (const payload of ['a', 'b', 'c']) world.publish(payload, 1);
  session.detach();
  world.publish('d', 2);
  world.publish('e', 0);
  session.discard('session-discarded');
  assert.deepEqual(world.dropped, { 'session-discarded': 4, 'offline-qos0': 1 });
  assert.equal(session.queued, 0);
});

test('Session tells what it delivers and what it drops', () => {
  const world = new SessionWorld({ queuedMessagesMax: 1 });
  const [session, outlet] = world.online();
  const told: string[] = [];
  world.events.delivered.on(({ message, clientId, qos }) =>
    told.push(`delivered ${message.topic} to ${clientId} @ ${qos}`),
  );
  world.events.dropped.on(({ message, clientId, reason }) =>
    told.push(`dropped ${message?.topic} for ${clientId}: ${reason}`),
  );
  world.publish('m', 0);
  world.publish('m', 1);
  outlet.full = true;
  outlet.congested = true;
  world.publish('m', 0);
  world.publish('m', 2);
  world.publish('m', 2);
  session.detach();
  world.publish('m', 0);
  assert.deepEqual(told, [
    'delivered t to c @ 0',
    'delivered t to c @ 1',
    'dropped t for c: output-full',
    'dropped t for c: queue-full',
    'dropped t for c: offline-qos0',
  ]);
});

test('Session may be delivered to from within a delivery of its own', () => {
  const world = new SessionWorld();
  const [session, outlet] = world.online();
  let nested = false;
  world.events.delivered.on(() => {
    if (nested) return;
    nested = true;
    world.publish('inner', 1);
  });
  world.publish('outer', 1);
  assert.deepEqual(outlet.sent(), ['t=outer @ 1 id 1', 't=inner @ 1 id 2']);
  assert.deepEqual(world.store.written, ['append t=inner for c:1@1', 'append t=outer for c:0@1']);
  session.acknowledged('puback', 2);
  session.acknowledged('puback', 1);
  assert.equal(session.inflight, 0);
});

/** What was on its way before a restart. */
const restarts: readonly (readonly [
  name: string,
  act: (world: SessionWorld) => void,
  sent: string[],
])[] = [
  ['nothing', () => {}, []],
  [
    'what was queued',
    (world) => {
      world.session();
      world.publish('a', 1);
      world.publish('b', 2);
      world.publish('c', 0);
    },
    ['t=a @ 1 id 1', 't=b @ 2 id 2'],
  ],
  [
    'what was in flight',
    (world) => {
      const [session] = world.online();
      for (const payload of ['a', 'b', 'c', 'd']) world.publish(payload, 2);
      world.publish('e', 1);
      session.acknowledged('pubrec', 1);
      session.acknowledged('pubcomp', 1);
      session.acknowledged('pubrec', 2);
    },
    ['pubrel 2', 't=c @ 2 id 3 dup', 't=d @ 2 id 4 dup', 't=e @ 1 id 5 dup'],
  ],
  [
    'what was released behind something in flight',
    (world) => {
      const [session] = world.online();
      world.publish('a', 1);
      world.publish('b', 2);
      world.publish('c', 2);
      session.acknowledged('pubrec', 3);
    },
    ['t=a @ 1 id 1 dup', 't=b @ 2 id 2 dup', 'pubrel 3'],
  ],
  [
    'retained messages that were sent behind later numbers',
    (world) => {
      world.retained.set(messageOf('x', 'x', { qos: 1, retain: true }));
      const [session, outlet] = world.online();
      outlet.congested = true;
      session.replay('x', 1);
      world.publish('live', 1);
      outlet.congestedAt = 1;
      outlet.congested = false;
      session.drain();
    },
    ['x=x @ 1 id 1 dup retain', 't=live @ 1 id 2'],
  ],
];

for (const [name, act, sent] of restarts) {
  test(`Session.restore() takes back ${name}`, async () => {
    const world = new SessionWorld();
    world.session();
    act(world);
    const next = await world.restarted();
    const session = next.registry.get('c');
    assert.ok(session);
    const withoutDup = (line: string) => line.replace(' dup', '');
    // Whether it was sent before is not stored, so DUP may be set on what was not.
    const outlet = attach(session);
    await callbacksDone(); // pages come
    const again = outlet.sent();
    assert.deepEqual(again.map(withoutDup), sent.map(withoutDup));
    for (const [index, line] of sent.entries()) {
      if (line.includes(' dup')) assert.equal(again[index], line);
    }
    next.publish('next', 1);
    const [last = ''] = outlet.sent();
    assert.match(last, /^t=next @ 1 id \d+$/);
    assert.ok(!sent.some((line) => line.includes(last.slice(last.indexOf('id')))));
  });
}

test('Session.restore() sends with DUP what was sent since the last commit, too', async () => {
  const store = new CrashStore();
  const world = new SessionWorld({ inflightMax: 1 }, store);
  const session = world.session();
  for (const payload of ['a', 'b']) world.publish(payload, 1);
  world.gate.commit();
  await store.succeed();
  const outlet = attach(session);
  await callbacksDone(); // a page comes
  session.acknowledged('puback', 1);
  assert.deepEqual(outlet.sent(), ['t=a @ 1 id 1', 't=b @ 1 id 2']);
  const next = await world.restarted({ inflightMax: 1 }, store.crashed(false));
  const restored = next.registry.get('c');
  assert.ok(restored);
  const again = attach(restored);
  await callbacksDone();
  restored.acknowledged('puback', 1);
  assert.deepEqual(again.sent(), ['t=a @ 1 id 1 dup', 't=b @ 1 id 2 dup']);
});

test('Session.restore() takes back what is above new limits, too', async () => {
  const world = new SessionWorld();
  const session = world.session('c', { qos: 1 });
  world.registry.subscribe(session, '$share/g/a/+', 2);
  for (const packetId of [7, 3, 9]) {
    session.inbound.receive(packetId);
    world.gate.writing.addReceived('c', packetId);
  }
  for (let count = 0; count < 5; count++) world.publish(String(count), 1);
  const next = await world.restarted({ inflightMax: 1 });
  const restored = next.registry.get('c');
  assert.ok(restored);
  assert.equal(restored.persistent, true);
  assert.deepEqual(
    [...restored.subscriptions],
    [
      ['#', 1],
      ['$share/g/a/+', 2],
    ],
  );
  assert.deepEqual([...restored.inbound.identifiers()], [7, 3, 9]);
  const client = new SessionClient();
  client.connect(restored);
  await client.finishWith(restored);
  assert.deepEqual(client.received, ['0', '1', '2', '3', '4']);
});

type Step =
  | { readonly type: 'publish'; readonly qos: 1 | 2 }
  | { readonly type: 'read' | 'answer'; readonly count: number }
  | { readonly type: 'disconnect' | 'connect' | 'restart' | 'replay' | 'page comes' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('publish' as const),
      qos: fc.constantFrom<1 | 2>(1, 2),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constantFrom('read' as const, 'answer' as const),
      count: fc.integer({ min: 1, max: 5 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constantFrom(
        'disconnect' as const,
        'connect' as const,
        'restart' as const,
        'replay' as const,
        'page comes' as const,
      ),
    }),
  },
);

/**
 * Goal: QoS 1 at least once and QoS 2 exactly once, in order, whenever the client hangs up and
 * whenever the broker is restarted.
 * Method: random steps; a client that loses what it has not read and what it has not answered; in
 * the end it reads and answers everything.
 */
for (const inMemory of [true, false]) {
  const where = inMemory ? 'in memory' : 'in the store alone';
  test(`Session delivers as its QoS says over lost links and restarts, ${where}`, async () => {
    const steps = fc.array(step, { maxLength: 60, size: 'max' });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 5 }), steps, async (inflightMax, all) => {
        let world = new SessionWorld(
          { inflightMax },
          new HandStore({ safeAtOnce: true, inMemory }),
        );
        world.store.readsAtOnce = false;
        world.session();
        world.retain('retained/a', 'retained');
        world.retain('retained/b', 'retained');
        const session = () => world.registry.get('c') ?? assert.fail('the session is gone');
        const client = new SessionClient();
        const published: string[] = [];
        for (const next of all) {
          if (next.type === 'publish') {
            const payload = `${published.length} @ ${next.qos}`;
            published.push(payload);
            world.publish(payload, next.qos);
          } else if (next.type === 'read') client.read(next.count);
          else if (next.type === 'answer') client.answer(next.count);
          else if (next.type === 'replay') session().replay('retained/+', 2);
          else if (next.type === 'page comes') await world.store.giveRead();
          else if (next.type === 'connect') {
            if (!client.connected) client.connect(session());
          } else {
            client.disconnect();
            if (next.type === 'restart') world = await world.restarted();
          }
        }
        if (!client.connected) client.connect(session());
        while (world.store.reading > 0) await world.store.giveRead();
        world.store.readsAtOnce = true;
        await client.finishWith(session());
        assert.deepEqual([session().inflight, session().queued], [0, 0]);
        assert.deepEqual(world.queued, [0, 0]);

        const received = client.received.filter((payload) => payload !== 'retained');
        assert.deepEqual([...new Set(received)], published); // the first time in order
        const sure = received.filter((payload) => payload.endsWith('@ 2'));
        assert.equal(new Set(sure).size, sure.length, 'a QoS 2 message came twice');
        const left = (await world.store.load()).sessions[0]?.deliveries;
        assert.deepEqual(left, []);
      }),
      { numRuns: 300 },
    );
  });
}

type CrashStep =
  | Step
  | { readonly type: 'retain'; readonly qos: 1 | 2 }
  | { readonly type: 'turn ends' | 'commit ends' }
  | { readonly type: 'crash'; readonly done: boolean };

const crashStep: fc.Arbitrary<CrashStep> = fc.oneof(
  { weight: 12, arbitrary: step.filter(({ type }) => type !== 'restart' && type !== 'replay') },
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constantFrom('turn ends' as const, 'commit ends' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('retain' as const),
      qos: fc.constantFrom<1 | 2>(1, 2),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('crash' as const), done: fc.boolean() }),
  },
);

/**
 * Goal: what was acknowledged to its publisher reaches the subscriber as its QoS says, whenever the
 * broker is killed; and so do the retained messages of a SUBSCRIBE that was acknowledged.
 * Method: a disk that forgets what was not committed; a subscriber that sees a packet when its
 * commit is safe; a publisher that publishes again, and a subscriber that subscribes again, what
 * was not acknowledged and is not on the disk.
 */
test('Session loses and repeats nothing when the broker is killed', async () => {
  const steps = fc.array(crashStep, { maxLength: 80, size: 'max' });
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 4 }), steps, async (inflightMax, all) => {
      const client = new SessionClient();
      const published: string[] = [];
      /** What the publisher has not been told to be safe, with the commit that holds it. */
      let unsure: { readonly payload: string; readonly ticket: number }[] = [];
      let safe = 0;
      let world = new SessionWorld({ inflightMax }, new CrashStore());
      world.session();
      listen();
      await settle();

      function listen(): void {
        safe = 0;
        world.gate.wait({
          committed: (ticket) => {
            safe = ticket;
            unsure = unsure.filter((one) => one.ticket > ticket);
          },
        });
      }
      function session(): Session {
        return world.registry.get('c') ?? assert.fail('the session is gone');
      }
      function publish(payload: string): void {
        world.publish(payload, payload.endsWith('2') ? 2 : 1);
        unsure.push({ payload, ticket: world.gate.ticketOfAll() });
      }
      /** Retains three messages, and asks for them. */
      function retain(payload: string): void {
        const topic = `retained/${payload}`;
        const qos = payload.endsWith('2') ? 2 : 1;
        for (const part of [1, 2, 3]) {
          const fields = { qos, retain: true } as const;
          const message = messageOf(`${topic}/${part}`, `part ${part} of ${payload}`, fields);
          world.gate.writing.putRetained(message, world.retained.set(message));
        }
        session().replay(`${topic}/+`, 2);
        unsure.push({ payload, ticket: world.gate.ticketOfAll() });
      }
      function again(payload: string): void {
        if (payload.startsWith('retained')) retain(payload);
        else publish(payload);
      }
      async function settle(): Promise<void> {
        while (world.gate.ticketOfAll() > safe || world.store.committing) {
          world.gate.commit();
          await world.store.succeed();
        }
      }
      async function crash(done: boolean): Promise<void> {
        client.brokerCrashed();
        // A publisher sends again what was not acknowledged. It is known if its commit was done.
        const last = done && world.store.committing ? world.gate.nextTicket - 1 : safe;
        const lost = unsure.filter(({ ticket }) => ticket > last);
        world = await world.restarted({ inflightMax }, world.store.crashed(done));
        listen();
        unsure = [];
        for (const { payload } of lost) again(payload);
      }

      for (const next of all) {
        if (next.type === 'publish') {
          const payload = `${published.length} @ ${next.qos}`;
          published.push(payload);
          publish(payload);
        } else if (next.type === 'retain') {
          const payload = `retained ${published.length} @ ${next.qos}`;
          published.push(...[1, 2, 3].map((part) => `part ${part} of ${payload}`));
          retain(payload);
        } else if (next.type === 'read') client.read(next.count, safe);
        else if (next.type === 'answer') client.answer(next.count);
        else if (next.type === 'turn ends') world.gate.commit();
        else if (next.type === 'commit ends') await world.store.succeed();
        else if (next.type === 'page comes') await callbacksDone();
        else if (next.type === 'crash') await crash(next.done);
        else if (next.type === 'disconnect') client.disconnect();
        else if (!client.connected) client.connect(session());
      }
      if (!client.connected) client.connect(session());
      for (let rounds = 0; !client.hasAllOf(session()) || unsure.length > 0; rounds++) {
        assert.ok(rounds < 1000, 'it never ends');
        await settle();
        client.read(Infinity, safe);
        client.answer(Infinity);
        await callbacksDone(); // pages come
      }

      // Each quality of service has an order of its own (MQTT-4.6.0-6).
      for (const quality of ['@ 1', '@ 2']) {
        const ofIt = (payload: string) => payload.endsWith(quality);
        assert.deepEqual([...new Set(client.received)].filter(ofIt), published.filter(ofIt));
      }
      const sure = client.received.filter((payload) => payload.endsWith('@ 2'));
      assert.equal(new Set(sure).size, sure.length, 'a QoS 2 message came twice');
      world.clock.advance(1000); // acknowledgements of the client are committed by themselves
      await settle();
      const left = await world.store.load();
      assert.deepEqual([left.sessions[0]?.deliveries, left.sessions[0]?.replays], [[], []]);
    }),
    { numRuns: 300 },
  );
});
