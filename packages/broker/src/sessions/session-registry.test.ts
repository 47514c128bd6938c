import assert from 'node:assert/strict';
import { test } from 'node:test';
import { messageOf } from '../routing/recording-subscriber.testing.js';
import { HandStore } from '../stores/hand-store.testing.js';
import { RecordingOutlet } from './recording-outlet.testing.js';
import type { Session } from './session.js';
import { SessionWorld } from './session-world.testing.js';

const DAY_MS = 24 * 3600 * 1000;

/** A topic has that many own subscriptions and groups. */
function routes(world: SessionWorld, topic: string): [own: number, groups: number] {
  const { own, groups } = world.router.route(topic);
  return [own.length, groups.length];
}

type Before = 'nothing' | 'clean' | 'persistent';
/** What there was, how CONNECT asks, and what comes of it. */
const opens: readonly (readonly [
  before: Before,
  clean: boolean,
  present: boolean,
  sameSession: boolean,
  written: string[],
])[] = [
  ['nothing', true, false, false, []],
  ['nothing', false, false, false, ['open c']],
  ['clean', true, false, false, []],
  ['clean', false, false, false, ['open c']],
  ['persistent', true, false, false, ['remove c']],
  ['persistent', false, true, true, ['back c']],
];

for (const [before, clean, present, same, written] of opens) {
  const asked = clean ? 'clean' : 'persistent';
  test(`SessionRegistry.open() of a ${asked} one where there is ${before}`, () => {
    const world = new SessionWorld();
    const known =
      before === 'nothing' ? undefined : world.session('c', { clean: before === 'clean' });
    if (known !== undefined) world.publish('m', 1);
    world.store.written.length = 0;

    const opened = world.registry.open('c', clean);
    assert.equal(opened.present, present);
    assert.equal(opened.session === known, same);
    assert.equal(opened.session.persistent, !clean);
    assert.equal(opened.session.clientId, 'c');
    assert.deepEqual(world.store.written, written);
    assert.equal(world.registry.size, 1);
    assert.equal(world.registry.get('c'), opened.session);
    assert.deepEqual([...world.registry.all()], [opened.session]);

    const kept = same ? 1 : 0; // a session continues with all it has, or begins with nothing
    assert.equal(opened.session.subscriptions.size, kept);
    assert.equal(opened.session.queued, kept);
    assert.deepEqual(routes(world, 't'), [kept, 0]);
    assert.equal(world.totals.messages, kept);
  });
}

test('SessionRegistry.removal() is the last commit that ends a session of the client', async () => {
  const world = new SessionWorld({}, new HandStore());
  const end = (id: string) => world.registry.end(world.registry.open(id, false).session);
  const removals = () => ['a', 'b', 'c'].map((id) => world.registry.removal(id));
  end('a');
  end('b');
  world.gate.commit();
  end('b');
  assert.deepEqual(removals(), [1, 2, 0]);
  await world.store.succeed(); // the second commit begins
  end('c');
  assert.deepEqual(removals(), [0, 2, 3]);
  await world.store.succeed();
  end('a');
  assert.deepEqual(removals(), [4, 0, 3]);
});

test('SessionRegistry keeps the sessions of clients apart', () => {
  const world = new SessionWorld();
  const [a, b] = [world.session('a'), world.session('b')];
  world.registry.end(a);
  assert.equal(world.registry.get('a'), undefined);
  assert.equal(world.registry.get('b'), b);
  assert.deepEqual(routes(world, 't'), [1, 0]);
});

test('SessionRegistry.leave() ends a clean session', () => {
  const world = new SessionWorld();
  const [session] = world.online('c', { clean: true });
  world.publish('m', 1);
  world.registry.leave(session);
  assert.deepEqual([world.registry.size, world.wheel.size], [0, 0]);
  assert.equal(session.outlet, undefined);
  assert.deepEqual(routes(world, 't'), [0, 0]);
  assert.deepEqual(world.dropped, { 'session-closed': 1 });
  assert.deepEqual(world.store.written, []);
});

test('SessionRegistry.leave() lets a persistent session wait for its client', () => {
  const world = new SessionWorld();
  const [session] = world.online();
  world.registry.leave(session);
  assert.equal(session.outlet, undefined);
  assert.equal(world.registry.get('c'), session);
  assert.deepEqual(routes(world, 't'), [1, 0]);
  world.publish('m', 1);
  assert.equal(session.queued, 1);
});

test('SessionRegistry ends a session when its client stays away for sessionExpiry', () => {
  const world = new SessionWorld({ sessionExpiry: 3600 });
  const [session] = world.online();
  world.registry.leave(session);
  world.publish('m', 1);
  world.clock.advance(3600 * 1000 - 1);
  assert.equal(world.registry.size, 1);
  world.store.written.length = 0;
  world.clock.advance(200);
  assert.equal(world.registry.size, 0);
  assert.deepEqual(routes(world, 't'), [0, 0]);
  assert.deepEqual(world.store.written, ['remove c']);
  assert.deepEqual(world.dropped, { 'session-expired': 1 });
  assert.equal(world.counters.sessionsExpired, 1);
  assert.deepEqual([world.wheel.size, world.clock.timers], [0, 0]);
});

test('SessionRegistry does not end a session whose client came back', () => {
  const world = new SessionWorld({ sessionExpiry: 10 });
  const [session] = world.online();
  for (let time = 0; time < 3; time++) {
    world.registry.leave(session);
    world.clock.advance(9000);
    assert.deepEqual(world.registry.open('c', false), { session, present: true });
    session.attach(new RecordingOutlet());
    assert.equal(world.wheel.size, 0);
    world.clock.advance(DAY_MS);
    assert.equal(world.registry.size, 1);
  }
  world.registry.leave(session);
  world.clock.advance(11_000); // anew from the last time it left
  assert.equal(world.registry.size, 0);
});

test('SessionRegistry keeps sessions for ever if sessionExpiry is 0', () => {
  const world = new SessionWorld({ sessionExpiry: 0 });
  const [session] = world.online();
  world.registry.leave(session);
  assert.deepEqual([world.wheel.size, world.clock.timers], [0, 0]);
  world.clock.jump(10_000 * DAY_MS);
  assert.equal(world.registry.get('c'), session);
});

test('SessionRegistry counts what a session loses by what ended it', () => {
  const ends: readonly [string, (world: SessionWorld, session: Session) => void][] = [
    ['session-closed', (world, session) => world.registry.leave(session)],
    ['broker-stopped', (world, session) => world.registry.leave(session, 'broker-stopped')],
    ['session-discarded', (world) => void world.registry.open('c', true)],
  ];
  for (const [reason, end] of ends) {
    const world = new SessionWorld();
    const [session] = world.online('c', { clean: true });
    world.publish('x', 1);
    world.publish('y', 2);
    end(world, session);
    assert.deepEqual(world.dropped, { [reason]: 2 });
  }
});

test('SessionRegistry.end() leaves nothing of a session', () => {
  const world = new SessionWorld();
  const session = world.session();
  for (const filter of ['a/b', 'a/+', '$share/g/a/#', '$share/h/a/b']) {
    world.registry.subscribe(session, filter, 1);
  }
  for (const payload of ['x', 'y']) world.publish(payload, 1);
  world.registry.leave(session);
  assert.equal(world.router.index.size, 5);
  world.registry.end(session);
  assert.equal(world.router.index.size, 0);
  assert.equal(session.subscriptions.size, 0);
  assert.deepEqual([world.wheel.size, world.registry.size, world.totals.messages], [0, 0, 0]);
});

test('SessionRegistry.subscribe() adds and replaces, in session, routing and store', () => {
  const world = new SessionWorld();
  const { session } = world.registry.open('c', false);
  world.store.written.length = 0;
  world.registry.subscribe(session, 'a/+', 0);
  world.registry.subscribe(session, 'a/+', 2);
  assert.deepEqual([...session.subscriptions], [['a/+', 2]]);
  assert.deepEqual(world.router.route('a/b').own, [{ subscriber: session, qos: 2 }]);
  assert.deepEqual(world.store.written, ['subscribe c a/+ @ 0', 'subscribe c a/+ @ 2']);
});

test('SessionRegistry.unsubscribe() tells whether there was such a subscription', () => {
  const world = new SessionWorld();
  const { session } = world.registry.open('c', false);
  world.registry.subscribe(session, 'a/+', 1);
  world.registry.subscribe(session, '$share/g/a/+', 1);
  world.store.written.length = 0;
  assert.equal(world.registry.unsubscribe(session, 'a/b'), false);
  assert.equal(world.registry.unsubscribe(session, '$share/h/a/+'), false);
  assert.equal(world.registry.unsubscribe(session, 'a/+'), true);
  assert.equal(world.registry.unsubscribe(session, 'a/+'), false);
  assert.deepEqual(routes(world, 'a/b'), [0, 1]);
  assert.equal(world.registry.unsubscribe(session, '$share/g/a/+'), true);
  assert.deepEqual(routes(world, 'a/b'), [0, 0]);
  assert.deepEqual(world.store.written, ['unsubscribe c a/+', 'unsubscribe c $share/g/a/+']);
});

test('SessionRegistry tells a store nothing of clean sessions', () => {
  const world = new SessionWorld();
  const { session } = world.registry.open('c', true);
  world.registry.subscribe(session, 'a', 1);
  world.registry.unsubscribe(session, 'a');
  world.registry.leave(session);
  assert.deepEqual(world.store.written, []);
});

test('SessionRegistry shares the messages of a shared filter out among its members', () => {
  const world = new SessionWorld();
  const outlets = ['a', 'b', 'away'].map((clientId) => {
    const { session } = world.registry.open(clientId, false);
    world.registry.subscribe(session, '$share/g/jobs/#', 1);
    const outlet = new RecordingOutlet();
    if (clientId !== 'away') session.attach(outlet);
    return outlet;
  });
  for (let count = 0; count < 10; count++) {
    world.route(messageOf(`jobs/${count}`, 'm', { qos: 1 }));
  }
  assert.deepEqual(
    outlets.map(({ packets }) => packets.length),
    [5, 5, 0],
  );
});

test('SessionRegistry.restore() brings sessions back into the routing', async () => {
  const world = new SessionWorld({ sessionExpiry: 60 });
  const one = world.registry.open('one', false).session;
  const other = world.registry.open('other', false).session;
  world.registry.open('clean', true);
  world.registry.subscribe(one, 'a/+', 1);
  world.registry.subscribe(one, '$share/g/a/#', 2);
  world.registry.subscribe(other, '$share/g/a/#', 0);

  const next = await world.restarted();
  assert.equal(next.registry.size, 2);
  assert.equal(next.router.index.size, 3);
  assert.deepEqual(routes(next, 'a/b'), [1, 1]);
  const back = next.registry.open('one', false);
  assert.equal(back.present, true);
  assert.deepEqual([...back.session.subscriptions], [...one.subscriptions]);
  next.clock.advance(61_000);
  assert.equal(next.registry.get('other'), undefined); // nobody came
  assert.equal(next.registry.get('one'), back.session);
});

test('SessionRegistry.restore() writes nothing', async () => {
  const world = new SessionWorld();
  const session = world.session();
  world.publish('m', 1);
  world.registry.leave(session);
  world.store.written.length = 0;
  const next = await world.restarted();
  assert.equal(next.registry.size, 1);
  assert.deepEqual(world.store.written, []);
  assert.equal(next.gate.ticketOfAll(), 0);
});

const EXPIRY_S = 3600;

/** How long a client was away before the broker was gone, how long that was, and what is left. */
const pauses: readonly (readonly [awayS: number, pauseS: number, leftS: number])[] = [
  [0, 0, 3600],
  [600, 0, 3000],
  [0, 600, 3000],
  [600, 1200, 1800],
  [0, 3599, 1],
  [0, 3600, 0],
  [600, 1_000_000, 0],
];
for (const [awayS, pauseS, leftS] of pauses) {
  test(`SessionRegistry.restore() counts on: away ${awayS} s, pause ${pauseS} s`, async () => {
    const world = new SessionWorld({ sessionExpiry: EXPIRY_S });
    world.clock.advance(12_345);
    world.registry.leave(world.session());
    world.publish('m', 1);
    world.clock.advance(awayS * 1000);
    const next = await world.restarted(world.limits, world.store, pauseS * 1000);
    if (leftS > 0) {
      next.clock.advance(leftS * 1000 - 1);
      assert.equal(next.registry.size, 1);
      assert.equal(next.counters.dropped['session-expired'], 0);
      next.clock.advance(200);
    }
    assert.deepEqual([next.registry.size, next.router.index.size, next.wheel.size], [0, 0, 0]);
    assert.equal(next.counters.dropped['session-expired'], 1);
    assert.equal(next.counters.sessionsExpired, 1);
    assert.deepEqual((await next.store.load()).sessions, []);
  });
}

test('SessionRegistry.removal() is the commit that ends a session at the start, too', async () => {
  const world = new SessionWorld({ sessionExpiry: EXPIRY_S }, new HandStore());
  world.registry.leave(world.session());
  const next = await world.restarted(world.limits, world.store, EXPIRY_S * 1000);
  assert.equal(next.registry.removal('c'), 1);
  next.gate.commit();
  await next.store.succeed();
  assert.equal(next.registry.removal('c'), 0);
});

test('SessionRegistry.restore() has the session of a client that was connected wait', async () => {
  const world = new SessionWorld({ sessionExpiry: EXPIRY_S });
  const [session] = world.online();
  world.registry.leave(session);
  world.clock.advance(1000);
  world.registry.open('c', false);
  world.clock.advance(7 * DAY_MS);
  let next = await world.restarted(world.limits, world.store, DAY_MS);
  assert.equal(next.registry.size, 1);
  // It counts on from there if the broker dies again.
  next = await next.restarted(world.limits, world.store, 3_599_000);
  assert.equal(next.registry.size, 1);
  next = await next.restarted(world.limits, world.store, 1000);
  assert.equal(next.registry.size, 0);
});

test('SessionRegistry.restore() keeps sessions for ever if sessionExpiry is 0', async () => {
  const world = new SessionWorld({ sessionExpiry: 0 });
  world.registry.leave(world.session());
  const next = await world.restarted(world.limits, world.store, 10_000 * DAY_MS);
  assert.deepEqual([next.registry.size, next.wheel.size], [1, 0]);
});

test('SessionRegistry stores the time when a client leaves, or the clock is set', async () => {
  const world = new SessionWorld({ sessionExpiry: EXPIRY_S });
  world.clock.advance(5000);
  world.registry.leave(world.session());
  const stored = async () => (await world.store.load()).time;
  assert.deepEqual(await stored(), { brokerMs: 5000, wallMs: world.clock.wallMs() });
  world.clock.advance(120_000);
  assert.deepEqual((await stored())?.brokerMs, 5000);
  world.clock.setWall(Date.UTC(2035, 0, 1));
  world.clock.advance(60_000);
  const { brokerMs = 0, wallMs = 0 } = (await stored()) ?? {};
  assert.ok(brokerMs > 125_000 && brokerMs <= 185_000, String(brokerMs));
  assert.equal(wallMs - Date.UTC(2035, 0, 1), brokerMs - 125_000);
});
