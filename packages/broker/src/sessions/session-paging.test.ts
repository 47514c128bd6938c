import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Limits } from '../model/limits.js';
import { callbacksDone, HandStore } from '../stores/hand-store.testing.js';
import { RecordingOutlet } from './recording-outlet.testing.js';
import type { Session } from './session.js';
import { SessionClient } from './session-client.testing.js';
import { SessionWorld } from './session-world.testing.js';

/** Sessions whose messages are in the store alone, which gives pages by hand. */
function worldOnDisk(limits: Partial<Limits> = {}): SessionWorld {
  const world = new SessionWorld(limits, new HandStore({ safeAtOnce: true, inMemory: false }));
  world.store.readsAtOnce = false;
  return world;
}

function attach(session: Session): RecordingOutlet {
  const outlet = new RecordingOutlet();
  session.attach(outlet);
  return outlet;
}

function publishAll(world: SessionWorld, first: number, last: number): void {
  for (let number = first; number <= last; number++) world.publish(`${number}`, 1);
}

function payloads(outlet: RecordingOutlet): string[] {
  return outlet.sent().map((line) => line.replace(/^t=(\S+) @ .*$/, '$1'));
}

test('Session sends what is in the store when its page comes, then what came since', async () => {
  const world = worldOnDisk({ inflightMax: 1000 });
  const session = world.session();
  publishAll(world, 0, 2);
  const outlet = attach(session);
  publishAll(world, 3, 4);
  assert.deepEqual(outlet.sent(), []);
  assert.equal(session.queued, 5);
  await world.store.giveRead();
  assert.deepEqual(outlet.sent(), [
    't=0 @ 1 id 1',
    't=1 @ 1 id 2',
    't=2 @ 1 id 3',
    't=3 @ 1 id 4',
    't=4 @ 1 id 5',
  ]);
  assert.deepEqual([session.queued, session.inflight], [0, 5]);
  publishAll(world, 5, 5);
  assert.deepEqual(outlet.sent(), ['t=5 @ 1 id 6']); // at once again
});

test('Session reads page by page, and the next one before it needs it', async () => {
  const world = worldOnDisk({ inflightMax: 100 });
  const session = world.session();
  publishAll(world, 0, 999);
  const client = new SessionClient();
  client.connect(session);
  const asked: number[] = [];
  for (let pages = 0; client.received.length < 1000; pages++) {
    assert.ok(pages < 10);
    asked.push(client.received.length);
    assert.equal(world.store.reading, 1);
    await world.store.giveRead();
    client.finish();
  }
  // Pages of 128: it has 64 more than it needs when the next one comes.
  assert.deepEqual(
    asked,
    Array.from({ length: 8 }, (_, page) => 128 * page),
  );
  assert.deepEqual(
    client.received,
    Array.from({ length: 1000 }, (_, number) => `${number}`),
  );
  assert.equal(world.store.reading, 0);
});

test('Session sends again from the store what was in flight, in the order it had', async () => {
  const world = worldOnDisk({ inflightMax: 4 });
  const [session] = world.online();
  for (const payload of ['a', 'b', 'c', 'd', 'e', 'f']) world.publish(payload, 2);
  session.acknowledged('pubrec', 2);
  session.acknowledged('pubrec', 3);
  session.acknowledged('pubcomp', 3);
  await world.store.giveRead();
  session.detach();
  const outlet = attach(session);
  world.publish('g', 1);
  assert.deepEqual(outlet.sent(), []);
  await world.store.giveRead();
  assert.deepEqual(outlet.sent(), [
    't=a @ 2 id 1 dup',
    'pubrel 2',
    't=d @ 2 id 4 dup',
    't=e @ 2 id 5 dup',
  ]);
  session.acknowledged('pubcomp', 2);
  assert.deepEqual(outlet.sent(), ['t=f @ 2 id 6']);
  session.acknowledged('pubrec', 1);
  session.acknowledged('pubcomp', 1);
  await world.store.giveRead();
  assert.deepEqual(outlet.sent(), ['pubrel 1', 't=g @ 1 id 7']);
});

test('Session sends a PUBREL again at once, since that needs no page', () => {
  const world = worldOnDisk();
  const [session] = world.online();
  world.publish('a', 2);
  session.acknowledged('pubrec', 1);
  session.detach();
  assert.deepEqual(attach(session).sent(), ['pubrel 1']);
  assert.equal(world.store.reading, 0);
});

test('Session stops sending again while its client reads slowly', async () => {
  const world = worldOnDisk();
  const [session] = world.online();
  publishAll(world, 0, 5);
  session.detach();
  const outlet = attach(session);
  outlet.congestedAt = 2;
  await world.store.giveRead();
  assert.deepEqual(outlet.sent(), ['t=0 @ 1 id 1 dup', 't=1 @ 1 id 2 dup']);
  outlet.congestedAt = Infinity;
  outlet.congested = false;
  publishAll(world, 6, 6);
  session.drain();
  await world.store.giveRead();
  assert.deepEqual(payloads(outlet), ['2', '3', '4', '5', '6']);
});

/** What may happen while a page is being read. */
const meanwhile: readonly (readonly [
  name: string,
  act: (world: SessionWorld, session: Session) => RecordingOutlet | undefined,
  sent: string[],
])[] = [
  [
    'the client leaves',
    (_world, session) => {
      session.detach();
      return undefined;
    },
    [],
  ],
  [
    'another connection takes over',
    (_world, session) => {
      session.detach();
      return attach(session);
    },
    ['0', '1', '2'],
  ],
  [
    'the session ends',
    (world, session) => {
      world.registry.end(session);
      return undefined;
    },
    [],
  ],
  [
    'the session ends and another one begins',
    (world, session) => {
      world.registry.end(session);
      const next = world.session();
      const outlet = attach(next);
      world.publish('next', 1);
      return outlet;
    },
    ['next'],
  ],
];
for (const [name, act, sent] of meanwhile) {
  test(`Session is right when ${name} while a page is read`, async () => {
    const world = worldOnDisk();
    const session = world.session();
    publishAll(world, 0, 2);
    const first = attach(session);
    const outlet = act(world, session);
    while (world.store.reading > 0) await world.store.giveRead();
    assert.deepEqual(first.sent(), []);
    assert.deepEqual(outlet === undefined ? [] : payloads(outlet), sent);
    assert.deepEqual(first.closing, []);
    assert.equal(world.totals.messages, session.ended || outlet !== undefined ? 0 : 3);
  });
}

test('Session closes its connection when the store cannot read, and loses nothing', async () => {
  const world = worldOnDisk();
  const session = world.session();
  publishAll(world, 0, 2);
  const outlet = attach(session);
  await world.store.failRead(new Error('I/O error'));
  assert.deepEqual([outlet.sent(), outlet.closing], [[], ['store-failed']]);
  assert.equal(world.log.of('read-failed').length, 1);
  session.detach();
  const again = attach(session);
  await world.store.giveRead();
  assert.deepEqual(payloads(again), ['0', '1', '2']);
});

test('Session closes its connection when the store has lost a message', async () => {
  const world = worldOnDisk();
  const session = world.session();
  publishAll(world, 0, 2);
  world.store.settle('c', 0); // behind its back
  const outlet = attach(session);
  while (world.store.reading > 0) await world.store.giveRead();
  assert.deepEqual([outlet.sent(), outlet.closing], [[], ['store-failed']]);
});

const BYTES = 't0'.length;

/** Queues of three messages, each limit on its own. */
const limits: readonly Partial<Limits>[] = [
  { queuedMessagesMax: 3 },
  { queuedBytesMax: 3 * BYTES },
  { queuedMessagesTotalMax: 3 },
  { queuedBytesTotalMax: 3 * BYTES },
];
const policies: readonly (readonly [
  Limits['queueFullPolicy'],
  left: string[],
  settled: boolean,
])[] = [
  ['drop-newest', ['0', '1', '2'], false],
  ['drop-oldest', ['2', '3', '4'], true],
  ['disconnect', ['0', '1', '2'], false],
];
for (const limit of limits) {
  for (const [queueFullPolicy, left, settled] of policies) {
    for (const restarted of [false, true]) {
      const when = restarted ? ' after a restart' : '';
      test(`Session keeps ${Object.keys(limit)[0]} with ${queueFullPolicy}${when}`, async () => {
        let world = worldOnDisk({ ...limit, queueFullPolicy });
        world.session();
        publishAll(world, 0, 2);
        const full = world.queued;
        assert.deepEqual(full, [3, 3 * BYTES]);
        if (restarted) world = await world.restarted();
        assert.deepEqual(world.queued, full);
        world.store.written.length = 0;
        publishAll(world, 3, 4);
        assert.deepEqual(world.queued, full);
        assert.deepEqual(world.dropped, { 'queue-full': 2 });
        assert.equal(world.store.written.includes('settle c:0'), settled);
        const outlet = attach(world.registry.get('c')!);
        while (world.store.reading > 0) await world.store.giveRead();
        assert.deepEqual(payloads(outlet), left);
        assert.deepEqual(world.queued, [0, 0]);
      });
    }
  }
}

test('Session with policy disconnect closes a client whose queue is full', () => {
  const world = worldOnDisk({ queuedMessagesMax: 2, queueFullPolicy: 'disconnect' });
  const [, outlet] = world.online();
  outlet.congested = true;
  publishAll(world, 0, 1);
  assert.deepEqual(outlet.closing, []);
  publishAll(world, 2, 2);
  assert.deepEqual(outlet.closing, ['queue-full']);
});

test('Session drops the oldest of what it has read ahead, too', async () => {
  const world = worldOnDisk({
    inflightMax: 2,
    queuedMessagesMax: 4,
    queueFullPolicy: 'drop-oldest',
  });
  const session = world.session();
  publishAll(world, 0, 3);
  const client = new SessionClient();
  client.connect(session);
  await world.store.giveRead(); // 0 and 1 are in flight, 2 and 3 were read
  publishAll(world, 4, 6); // 2 has to go
  assert.deepEqual(world.dropped, { 'queue-full': 1 });
  world.store.readsAtOnce = true;
  await client.finishWith(session);
  assert.deepEqual(client.received, ['0', '1', '3', '4', '5', '6']);
});

test('Session counts what it discards, wherever it lies', async () => {
  const world = worldOnDisk({ inflightMax: 2 });
  const [session] = world.online();
  publishAll(world, 0, 9);
  world.registry.end(session);
  assert.deepEqual(world.dropped, { 'session-discarded': 10 });
  assert.deepEqual(world.queued, [0, 0]);
});

test('Session restores what was queued with the same totals, and sends it in order', async () => {
  const before = worldOnDisk({ inflightMax: 10 });
  before.session('a');
  before.session('b');
  publishAll(before, 0, 99);
  const world = await before.restarted();
  assert.deepEqual(world.queued, before.queued);
  world.store.readsAtOnce = true;
  for (const clientId of ['a', 'b']) {
    const client = new SessionClient();
    const session = world.registry.get(clientId)!;
    client.connect(session);
    await client.finishWith(session);
    assert.deepEqual(
      client.received,
      Array.from({ length: 100 }, (_, number) => `${number}`),
    );
  }
  await callbacksDone();
  assert.deepEqual(world.queued, [0, 0]);
});
