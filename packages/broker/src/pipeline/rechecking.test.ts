import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RuleAuthorizer } from '../auth/rules/rule-authorizer.js';
import { rulesIn } from '../auth/rules/rules.testing.js';
import type { RecordingOutlet } from '../sessions/recording-outlet.testing.js';
import type { Session } from '../sessions/session.js';
import { SessionWorld } from '../sessions/session-world.testing.js';
import { callbacksDone } from '../stores/hand-store.testing.js';
import { Rechecking } from './rechecking.js';
import { ALL, CHECKED, NOT_SECRET, RuleWorld } from './rule-world.testing.js';

test('Rechecking takes what may no longer be from routing and store of a session', async () => {
  const world = new RuleWorld([ALL]);
  const [session, outlet] = world.comes('c');
  for (const filter of ['secret/a', 'open/a', '$share/g/secret/+'])
    world.registry.subscribe(session, filter, 1);
  world.store.written.length = 0;
  const revoked = await world.change(...NOT_SECRET);
  assert.deepEqual(revoked, [
    {
      clientId: 'c',
      username: 'alice',
      connected: true,
      filters: ['secret/a', '$share/g/secret/+'],
    },
  ]);
  world.publish('1', 1, 'secret/a');
  world.publish('2', 1, 'open/a');
  assert.deepEqual(outlet.sent(), ['open/a=2 @ 1 id 1']);
  const deleted = world.store.written.filter((line) => line.startsWith('unsubscribe'));
  assert.deepEqual(deleted, ['unsubscribe c secret/a', 'unsubscribe c $share/g/secret/+']);
  assert.equal(world.log.of('subscriptions-revoked').length, 1);
  world.balance();
});

for (const onDisk of [false, true]) {
  const where = onDisk ? 'on disk' : 'in memory';
  test(`Rechecking keeps what is queued ${where} and not allowed from its client`, async () => {
    const world = new RuleWorld([ALL], { onDisk });
    const [session] = world.comes('c');
    world.registry.subscribe(session, '#', 2);
    world.registry.leave(session);
    for (const topic of ['secret/a', 'open/a', 'secret/b']) world.publish(topic, 2, topic);
    assert.equal(session.queued, 3);
    const [revocation] = await world.change(...NOT_SECRET);
    assert.deepEqual([revocation?.connected, revocation?.filters], [false, ['#']]);
    world.publish('late', 1, 'open/a');
    const [, outlet] = world.comes('c');
    await callbacksDone();
    assert.deepEqual(outlet.sent(), ['open/a=open/a @ 2 id 2']);
    assert.deepEqual(world.dropped, { 'receiver-denied': 2 });
    world.balance();
  });

  test(`Rechecking keeps what would be sent again ${where}, and frees identifiers`, async () => {
    const world = new RuleWorld([ALL], { onDisk });
    const [session, before] = world.comes('c');
    world.registry.subscribe(session, '#', 2);
    world.publish('1', 1, 'secret/a');
    world.publish('2', 2, 'secret/a');
    world.publish('3', 1, 'open/a');
    assert.equal(before.sent().length, 3);
    world.registry.leave(session);
    await world.change(...NOT_SECRET);
    const [, outlet] = world.comes('c');
    await callbacksDone();
    assert.deepEqual(outlet.sent(), ['pubrel 2', 'open/a=3 @ 1 id 3 dup']);
    assert.equal(session.acknowledged('pubcomp', 2), true);
    assert.equal(session.acknowledged('puback', 3), true);
    assert.equal(session.inflight, 0);
    world.balance();
  });
}

test('Rechecking keeps retained messages that are still to come', async () => {
  const world = new RuleWorld([ALL]);
  for (const topic of ['open/a', 'secret/a', 'secret/b', 'open/b']) world.retain(topic, topic, 1);
  const [session, outlet] = world.comes('c');
  outlet.congestedAt = 1;
  world.registry.subscribe(session, '#', 1);
  session.replay('#', 1);
  world.publish('0', 0, 'secret/c'); // waits behind them
  assert.deepEqual(outlet.sent(), ['open/a=open/a @ 1 id 1 retain']);
  await world.change(...NOT_SECRET);
  outlet.congestedAt = Infinity;
  outlet.congested = false;
  session.drain();
  assert.deepEqual(outlet.sent(), ['open/b=open/b @ 1 id 4 retain']);
  assert.deepEqual(world.dropped, { 'receiver-denied': 3 });
});

test('Rechecking lets others go on while it drops many retained messages', () => {
  const world = new RuleWorld(CHECKED);
  for (let number = 0; number < 2500; number++) world.retain(`secret/${number}`, 'm', 0);
  world.retain('open/last', 'm', 0);
  const [session, outlet] = world.comes('c');
  world.registry.subscribe(session, '#', 0);
  session.rights.checksAll = true;
  session.replay('#', 0);
  assert.deepEqual(world.dropped, { 'receiver-denied': 1000 });
  world.clock.endTurn();
  assert.deepEqual(outlet.sent(), ['open/last=m @ 0 retain']);
  assert.equal(world.dropped['receiver-denied'], 2500);
});

test('Rechecking has each message checked where the rules say so, and then no longer', async () => {
  const world = new RuleWorld([ALL]);
  const [session, outlet] = world.comes('c');
  world.registry.subscribe(session, '#', 1);
  assert.deepEqual(await world.change(...CHECKED), []);
  for (const qos of [0, 1] as const) {
    world.publish('1', qos, 'secret/a');
    world.publish('2', qos, 'open/a');
  }
  assert.deepEqual(outlet.sent(), ['open/a=2 @ 0', 'open/a=2 @ 1 id 1']);
  assert.deepEqual(await world.change(ALL), []);
  world.publish('3', 0, 'secret/a');
  assert.deepEqual(outlet.sent(), ['secret/a=3 @ 0']);
});

const WHERE = ['{ deny: both, who: { address: 10.0.0.1 }, topics: secret/# }', ...NOT_SECRET];
for (const [what, lines] of [
  ['when its client comes', WHERE],
  ['at once, if its user is enough', NOT_SECRET],
] as const) {
  test(`Rechecking looks at a restored session ${what}`, async () => {
    const world = new RuleWorld([ALL]);
    const [session] = world.comes('c');
    world.registry.subscribe(session, 'secret/#', 1);
    world.registry.subscribe(session, 'open/#', 1);
    world.registry.leave(session);
    const next = new RuleWorld(lines);
    const { sessions, time } = await world.store.load();
    next.registry.restore(sessions, time);
    const revoked = (await next.rechecking.all()).map(({ clientId, filters }) => [
      clientId,
      ...filters,
    ]);
    assert.deepEqual(revoked, lines === WHERE ? [] : [['c', 'secret/#']]);
    const [restored] = next.comes('c');
    assert.deepEqual([...restored.subscriptions.keys()], ['open/#']);
  });
}

test('Rechecking gives a session the rights of the client that comes', () => {
  const lines = [
    '{ allow: both, who: { user: alice }, topics: "#" }',
    '{ allow: both, topics: open/# }',
  ];
  const world = new RuleWorld(lines);
  const [session] = world.comes('c');
  world.registry.subscribe(session, '#', 1);
  world.registry.subscribe(session, 'open/+', 1);
  world.registry.leave(session);
  world.publish('1', 1, 'secret/a');
  const [, outlet] = world.comes('c', { username: 'bob' });
  assert.deepEqual([...session.subscriptions.keys()], ['open/+']);
  assert.deepEqual(outlet.sent(), []);
  assert.deepEqual(world.dropped, { 'receiver-denied': 1 });
  world.balance();
});

test('Rechecking.preview() says what would be lost, and changes nothing', async () => {
  const world = new RuleWorld([ALL]);
  const [session, outlet] = world.comes('c', { clean: true });
  world.registry.subscribe(session, 'secret/#', 0);
  const preview = await world.rechecking.preview(new RuleAuthorizer(rulesIn(...NOT_SECRET)));
  assert.deepEqual(preview, [
    { clientId: 'c', username: 'alice', connected: true, filters: ['secret/#'] },
  ]);
  world.publish('1', 0, 'secret/a');
  assert.deepEqual(outlet.sent(), ['secret/a=1 @ 0']);
  assert.deepEqual(await world.change(...NOT_SECRET), preview);
});

test('Rechecking leaves sessions alone where a program decides', async () => {
  const world = new SessionWorld();
  const rechecking = new Rechecking(world);
  const [session] = world.online('c');
  rechecking.client(session, { clientId: 'c', username: undefined, address: '' }, true);
  assert.deepEqual(await rechecking.all(), []);
  assert.deepEqual(await rechecking.preview(new RuleAuthorizer(rulesIn(...NOT_SECRET))), [
    { clientId: 'c', username: undefined, connected: true, filters: ['#'] },
  ]);
  assert.equal(session.subscriptions.size, 1);
});

/** Clients that have subscribed to all, at QoS 1. */
function crowd(world: RuleWorld, names: string, filters: readonly string[] = ['#']) {
  const clients = Array.from(names).map((clientId) => world.comes(clientId));
  for (const [session] of clients)
    for (const filter of filters) world.registry.subscribe(session, filter, 1);
  return clients;
}

/** Who has subscriptions left. */
function left(clients: readonly (readonly [Session, unknown])[]): string {
  return clients
    .map(([{ clientId, subscriptions }]) => clientId.repeat(subscriptions.size))
    .join('');
}

test('Rechecking lets others have their turn, and nothing denied through meanwhile', async () => {
  const world = new RuleWorld([ALL]);
  const clients = crowd(world, 'abcd');
  world.onRevoked(() => world.clock.advance(2)); // so long each takes: two make a slice
  world.authorizer.replace(rulesIn(...NOT_SECRET));
  const done = world.rechecking.all();
  await callbacksDone();
  assert.equal(left(clients), 'cd');
  world.publish('1', 1, 'secret/a');
  world.publish('2', 1, 'open/a');
  const revocations = await world.through(done);
  assert.equal(left(clients), '');
  assert.deepEqual(
    revocations.map(({ clientId, filters }) => [clientId, ...filters]),
    ['a', 'b', 'c', 'd'].map((clientId) => [clientId, '#']),
  );
  const sent = clients.map(([, outlet]) => outlet.sent().length);
  assert.deepEqual(sent, [0, 0, 1, 1]); // `open/a`, to those that still had `#`
  assert.deepEqual(world.dropped, { 'receiver-denied': 2 });
  world.balance();
});

test('Rechecking lets nothing denied through between the change and the first look', () => {
  const world = new RuleWorld([ALL]);
  const [[, outlet]] = crowd(world, 'a') as [[Session, RecordingOutlet]];
  world.authorizer.replace(rulesIn(...NOT_SECRET));
  for (const topic of ['secret/a', 'open/a']) world.publish('1', 1, topic);
  assert.deepEqual(outlet.sent(), ['open/a=1 @ 1 id 1']);
});

test('Rechecking pauses within a session of many subscriptions', async () => {
  const world = new RuleWorld([ALL]);
  const filters = ['secret/a', '#', 'secret/b', 'open/b', 'secret/c'];
  const [[session, outlet]] = crowd(world, 'a', filters) as [[Session, RecordingOutlet]];
  world.onRevoked(() => world.clock.advance(5));
  world.authorizer.replace(rulesIn(...CHECKED));
  const done = world.rechecking.all();
  await callbacksDone();
  assert.deepEqual([...session.subscriptions.keys()], filters.slice(1));
  world.publish('1', 1, 'secret/b');
  world.registry.unsubscribe(session, 'secret/b'); // by its client
  world.clock.endTurn();
  const [revocation] = await world.through(done);
  assert.deepEqual(revocation?.filters, ['secret/a', 'secret/c']);
  assert.equal(world.log.of('subscriptions-revoked').length, 1, 'one line for all of it');
  assert.equal(session.rights.checksAll, true);
  world.publish('2', 1, 'open/a');
  assert.deepEqual(outlet.sent(), ['open/a=2 @ 1 id 1']);
  world.balance();
});

test('Rechecking keeps what is granted on terms while it is under way', async () => {
  const world = new RuleWorld([ALL]);
  const [[session]] = crowd(world, 'a', ['secret/a', 'open/a']) as [[Session, unknown]];
  world.onRevoked(() => world.clock.advance(5));
  world.authorizer.replace(rulesIn(...NOT_SECRET));
  const done = world.rechecking.all();
  session.rights.checksAll = true; // a SUBSCRIBE
  await world.through(done);
  assert.deepEqual([session.rights.unsettled, session.rights.checks], [false, true]);
});

test('Rechecking gives a shared message to a member that may have it', async () => {
  const world = new RuleWorld([ALL]);
  const clients = crowd(world, 'abc', ['$share/g/#']);
  world.onRevoked(() => world.clock.advance(10));
  world.authorizer.replace(
    rulesIn('{ deny: both, who: { client: [a, b] }, topics: secret/# }', ALL),
  );
  const done = world.rechecking.all();
  await callbacksDone();
  assert.equal(left(clients), 'bc');
  for (const number of [1, 2, 3]) world.publish(`${number}`, 1, 'secret/a');
  world.registry.leave(clients[2]?.[0] as Session);
  world.publish('4', 1, 'secret/a'); // `c` is away and gets it later, all the same
  const counts = () => clients.map(([session, outlet]) => outlet.sent().length + session.queued);
  assert.deepEqual(counts(), [0, 0, 4]);
  assert.equal((await world.through(done)).length, 2);
  assert.deepEqual(world.dropped, {});
  world.balance();
});

test('Rechecking leaves out sessions that end meanwhile, and knows those that come', async () => {
  const world = new RuleWorld([ALL]);
  const clients = crowd(world, 'abc');
  world.onRevoked(() => world.clock.advance(10));
  world.authorizer.replace(rulesIn(...NOT_SECRET));
  const done = world.rechecking.all();
  await callbacksDone();
  world.registry.end(clients[1]?.[0] as Session);
  const [anew] = world.comes('b');
  world.registry.subscribe(anew, 'open/#', 1);
  assert.equal(anew.rights.unsettled, false);
  const revocations = await world.through(done);
  assert.deepEqual(
    revocations.map(({ clientId }) => clientId),
    ['a', 'c'],
  );
  assert.equal(anew.subscriptions.size, 1);
  assert.equal(anew.rights.checks, false);
});

test('Rechecking begins anew, by the rights of a client that comes meanwhile', async () => {
  const rules = ['{ deny: both, who: { user: alice }, topics: secret/# }', ALL];
  const world = new RuleWorld([ALL]);
  const filters = ['secret/a', 'secret/b', 'secret/c'];
  const [[session]] = crowd(world, 'a', filters) as [[Session, unknown]];
  world.onRevoked(() => world.clock.advance(10));
  world.authorizer.replace(rulesIn(...rules));
  const done = world.rechecking.all();
  await callbacksDone();
  world.registry.leave(session);
  world.comes('a', { username: 'bob' });
  assert.equal(session.rights.unsettled, false);
  assert.deepEqual((await world.through(done))[0]?.filters, ['secret/a']);
  assert.deepEqual([...session.subscriptions.keys()], ['secret/b', 'secret/c']);
});

test('Rechecking lets nothing through while it looks at the session of somebody else', async () => {
  const world = new RuleWorld(['{ deny: both, who: { user: alice }, topics: secret/# }', ALL]);
  const [session] = world.comes('a', { username: 'bob' });
  for (const filter of ['secret/a', 'secret/b', 'open/a']) {
    world.registry.subscribe(session, filter, 1);
  }
  world.registry.leave(session);
  world.onRevoked(() => world.clock.advance(5));
  const [, outlet] = world.comes('a');
  assert.deepEqual([...session.subscriptions.keys()], ['secret/b', 'open/a']);
  world.publish('1', 1, 'secret/b');
  world.publish('2', 1, 'open/a');
  assert.deepEqual(outlet.sent(), ['open/a=2 @ 1 id 1']);
  world.clock.endTurn();
  await callbacksDone();
  world.clock.endTurn();
  await callbacksDone();
  assert.deepEqual([...session.subscriptions.keys()], ['open/a']);
  assert.equal(session.rights.unsettled, false);
});

test('Rechecking goes on with the rules of a later call', async () => {
  const world = new RuleWorld([ALL]);
  const clients = crowd(world, 'abc');
  world.onRevoked(() => world.clock.advance(10));
  world.authorizer.replace(rulesIn(...NOT_SECRET));
  const first = world.rechecking.all();
  await callbacksDone();
  world.authorizer.replace(rulesIn(ALL));
  const second = world.rechecking.all();
  await world.through(Promise.all([first, second]));
  assert.deepEqual(
    (await first).map(({ clientId }) => clientId),
    ['a'],
  );
  assert.deepEqual(await second, []);
  assert.equal(left(clients), 'bc');
  for (const [{ rights }] of clients) assert.equal(rights.unsettled, false);
});

test('Rechecking begins a session anew if the rules change while it is in the middle', async () => {
  const world = new RuleWorld([ALL]);
  const [[session]] = crowd(world, 'a', ['secret/a', 'open/a', 'x']) as [[Session, unknown]];
  world.onRevoked(() => world.clock.advance(5));
  world.authorizer.replace(rulesIn(...NOT_SECRET));
  const done = world.rechecking.all();
  await callbacksDone();
  world.authorizer.replace(rulesIn('{ deny: both, topics: open/# }', ALL)); // and no call
  assert.deepEqual((await world.through(done))[0]?.filters, ['secret/a', 'open/a']);
  assert.deepEqual([...session.subscriptions.keys()], ['x']);
  assert.equal(session.rights.unsettled, false);
});

test('Rechecking notes in the journal what it takes away, and by which rule', async () => {
  const world = new RuleWorld([ALL]);
  crowd(world, 'a', ['secret/a', 'open/a']);
  await world.change(...NOT_SECRET);
  await world.change('{ allow: both, topics: x }');
  const [first, second, ...others] = world.journal
    .read({ clientIds: ['a'] })
    .filter(({ kind }) => kind === 'unsubscribed');
  assert.deepEqual([first?.topic, first?.why], ['secret/a', 'acl.yaml:2']);
  assert.deepEqual([second?.topic, second?.why], ['open/a', 'no rule of acl.yaml']);
  assert.deepEqual(others, []);
});

test('Rechecking ends its checks where nothing was lost', async () => {
  const world = new RuleWorld([ALL]);
  const [session] = world.comes('c');
  world.registry.subscribe(session, 'open/#', 1);
  world.authorizer.replace(rulesIn(...NOT_SECRET));
  assert.equal(session.rights.checks, true);
  assert.deepEqual(await world.rechecking.all(), []);
  assert.equal(session.rights.checks, false);
});

test('Rechecking.end() leaves the store alone from then on', async () => {
  const world = new RuleWorld([ALL]);
  const clients = crowd(world, 'abc', ['x', 'y']);
  world.onRevoked(() => world.clock.advance(10));
  world.authorizer.replace(rulesIn('{ deny: both, topics: "#" }'));
  const done = world.rechecking.all();
  await callbacksDone();
  world.rechecking.end();
  assert.deepEqual(
    (await world.through(done)).map(({ filters }) => filters),
    [['x']],
  );
  assert.equal(left(clients), 'abbcc');
});

test('Rechecking.preview() takes its time, one after the other, whoever comes', async () => {
  const world = new RuleWorld([ALL]);
  crowd(world, 'abc', ['x', 'y']);
  const asked: string[] = [];
  const slow = (name: string) => {
    const rules = new RuleAuthorizer(rulesIn('{ deny: both, topics: "#" }'));
    rules.maySubscribe = ({ clientId }, filter) => {
      world.clock.advance(10);
      asked.push(`${name}${clientId}${filter}`);
      return false;
    };
    return rules;
  };
  const both = Promise.all([
    world.rechecking.preview(slow('1')),
    world.rechecking.preview(slow('2')),
  ]);
  await callbacksDone();
  assert.deepEqual(asked, ['1ax']);
  world.comes('d');
  world.registry.subscribe(world.registry.get('d') as Session, 'x', 1);
  const [first, second] = await world.through(both);
  assert.deepEqual([first.length, second.length], [3, 4]);
  assert.equal(asked.indexOf('2ax'), 6);
});
