import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { QoS } from '@magpie/protocol';
import type { Limits } from '../model/limits.js';
import { messageOf } from '../routing/recording-subscriber.testing.js';
import { callbacksDone, HandStore } from '../stores/hand-store.testing.js';
import type { Client } from './client.js';
import { PipelineWorld, subscribeOf } from './pipeline-world.testing.js';
import type { SubscribeOutcome } from './subscribing.js';

/** Subscribes as a connection does. @returns The codes of the SUBACK. */
function subscribe(
  world: PipelineWorld,
  client: Client,
  ...filters: readonly (readonly [filter: string, qos: QoS])[]
): readonly number[] {
  const outcome = world.subscribing.subscribe(client, subscribeOf(...filters));
  assert.ok(!(outcome instanceof Promise));
  outcome.replay();
  return outcome.returnCodes;
}

const FAILURE = 0x80;

/** With `allowed/#` allowed and all else denied, at most two subscriptions and three levels. */
const limits: Partial<Limits> = { subscriptionsPerClientMax: 2, topicLevelsMax: 3 };
const codes: readonly (readonly [
  name: string,
  filters: (readonly [filter: string, qos: QoS])[],
  codes: number[],
  subscriptions: string[],
])[] = [
  [
    'each QoS',
    [
      ['allowed/a', 2],
      ['allowed/b', 0],
    ],
    [2, 0],
    ['allowed/a', 'allowed/b'],
  ],
  [
    'one that is denied between others',
    [
      ['allowed/a', 1],
      ['denied', 1],
      ['allowed/b', 2],
    ],
    [1, FAILURE, 2],
    ['allowed/a', 'allowed/b'],
  ],
  [
    'more than a client may have',
    [
      ['allowed/a', 1],
      ['allowed/b', 1],
      ['allowed/c', 1],
    ],
    [1, 1, FAILURE],
    ['allowed/a', 'allowed/b'],
  ],
  [
    'one again when there are as many as may be',
    [
      ['allowed/a', 1],
      ['allowed/b', 1],
      ['allowed/a', 2],
    ],
    [1, 1, 2],
    ['allowed/a', 'allowed/b'],
  ],
  [
    'one with too many levels',
    [
      ['allowed/a/b/c', 1],
      ['allowed/a/b', 1],
      ['allowed/+/#', 0],
    ],
    [FAILURE, 1, 0],
    ['allowed/a/b', 'allowed/+/#'],
  ],
  [
    'a shared one',
    [
      ['$share/g/allowed/a', 1],
      ['$share/g/denied', 1],
    ],
    [1, FAILURE],
    ['$share/g/allowed/a'],
  ],
  [
    'a shared one with as many levels as a filter may have',
    [
      ['$share/g/allowed/a/b', 1],
      ['$share/g/allowed/a/b/c', 1],
    ],
    [1, FAILURE],
    ['$share/g/allowed/a/b'],
  ],
  [
    'shared ones that are not well formed',
    [
      ['$share/g', 1],
      ['$share//allowed/a', 1],
      ['$share/+/allowed/a', 1],
    ],
    [FAILURE, FAILURE, FAILURE],
    [],
  ],
];

for (const [name, filters, expected, subscriptions] of codes) {
  test(`Subscribing.subscribe() answers in order: ${name}`, () => {
    const world = new PipelineWorld(limits);
    world.authorizer.subscribe = (filter) => filter.startsWith('allowed/');
    const client = world.client('c');
    assert.deepEqual(subscribe(world, client, ...filters), expected);
    assert.deepEqual([...client.session.subscriptions.keys()], subscriptions);
    assert.equal(world.router.index.size, subscriptions.length);
  });
}

test('Subscribing.subscribe() asks for the filter without its share group', () => {
  const world = new PipelineWorld();
  subscribe(world, world.client('c'), ['$share/g/a/+', 2], ['b/#', 0]);
  assert.deepEqual(world.authorizer.asked, ['c subscribe a/+ @ 2', 'c subscribe b/# @ 0']);
});

test('Subscribing.subscribe() routes messages from then on, at the QoS granted last', () => {
  const world = new PipelineWorld();
  const client = world.client('c');
  subscribe(world, client, ['a', 0], ['a', 1]);
  world.publish('m', 2, 'a');
  subscribe(world, client, ['a', 2]);
  world.publish('m', 2, 'a');
  assert.deepEqual(client.outlet.sent(), ['a=m @ 1 id 1', 'a=m @ 2 id 2']);
});

test('Subscribing replays the retained messages of each subscription it granted', () => {
  const world = new PipelineWorld();
  world.authorizer.subscribe = (filter) => filter !== 'b';
  for (const topic of ['a', 'b', 'c']) world.retained.set(messageOf(topic, 'm', { qos: 1 }));
  const client = world.client('c');
  subscribe(world, client, ['a', 1], ['b', 1], ['+', 0]);
  const sent = client.outlet.sent();
  assert.equal(sent[0], 'a=m @ 1 id 1 retain');
  assert.deepEqual(sent.slice(1).toSorted(), [
    'a=m @ 0 retain',
    'b=m @ 0 retain',
    'c=m @ 0 retain',
  ]);
});

test('Subscribing replays again when a subscription is made again', () => {
  const world = new PipelineWorld();
  world.retained.set(messageOf('a', 'm'));
  const client = world.client('c');
  for (let time = 0; time < 2; time++) {
    subscribe(world, client, ['a', 0]);
    assert.deepEqual(client.outlet.sent(), ['a=m @ 0 retain']);
  }
});

test('Subscribing replays nothing to a shared subscription', () => {
  const world = new PipelineWorld();
  world.retained.set(messageOf('a', 'm'));
  const client = world.client('c');
  assert.deepEqual(subscribe(world, client, ['$share/g/a', 1]), [1]);
  assert.deepEqual(client.outlet.sent(), []);
});

test('Subscribing replays once SUBACK is written, as of the subscription', () => {
  const world = new PipelineWorld();
  world.retained.set(messageOf('a', 'old'));
  const client = world.client('c');
  const outcome = world.subscribing.subscribe(client, subscribeOf(['#', 1]));
  assert.ok(!(outcome instanceof Promise));
  assert.deepEqual(client.outlet.sent(), []);
  world.retain('b', 'new', 0); // routed to the subscription, so not to be replayed
  outcome.replay();
  assert.deepEqual(client.outlet.sent(), ['b=new @ 0', 'a=old @ 0 retain']);
});

test('Subscribing.subscribe() waits for an authorizer that needs time', async () => {
  const world = new PipelineWorld();
  world.authorizer.subscribe = (filter) => {
    return filter === 'now' ? true : Promise.resolve(filter !== 'never');
  };
  const client = world.client('c');
  const packet = subscribeOf(['later', 1], ['never', 1], ['now', 2]);
  const pending = world.subscribing.subscribe(client, packet);
  assert.ok(pending instanceof Promise);
  assert.equal(client.session.subscriptions.size, 0); // in order, and all together
  const { returnCodes } = await pending;
  assert.deepEqual(returnCodes, [1, FAILURE, 2]);
  assert.deepEqual(
    [...client.session.subscriptions],
    [
      ['later', 1],
      ['now', 2],
    ],
  );
});

for (const [name, failing] of [
  ['throws', () => assert.fail('broken')],
  ['rejects', () => Promise.reject(new Error('broken'))],
] as const) {
  test(`Subscribing.subscribe() subscribes to nothing if the authorizer ${name}`, async () => {
    const world = new PipelineWorld();
    world.authorizer.subscribe = (filter) => (filter === 'b' ? failing() : true);
    const client = world.client('c');
    const packet = subscribeOf(['a', 1], ['b', 1]);
    await assert.rejects(async () => world.subscribing.subscribe(client, packet), /broken/);
    assert.deepEqual([client.session.subscriptions.size, world.router.index.size], [0, 0]);
  });
}

for (const clean of [true, false]) {
  const kind = clean ? 'clean' : 'persistent';
  test(`Subscribing.subscribe() leaves no trace of an ended ${kind} session`, async () => {
    const world = new PipelineWorld();
    world.authorizer.subscribe = () => Promise.resolve(true);
    const client = world.client('c', { clean });
    const pending = world.subscribing.subscribe(client, subscribeOf(['a', 1]));
    world.registry.end(client.session);
    world.client('c', { clean });
    const outcome: SubscribeOutcome = await pending;
    assert.deepEqual(outcome.returnCodes, [FAILURE]);
    outcome.replay();
    assert.equal(world.router.index.size, 0);
    const { sessions } = await world.store.load();
    assert.deepEqual(
      sessions.map(({ subscriptions }) => subscriptions.size),
      clean ? [] : [0],
    );
  });
}

for (const clean of [true, false]) {
  const kind = clean ? 'clean' : 'persistent';
  test(`Subscribing ${clean ? 'waits for no commit' : 'waits'} if it is ${kind}`, async () => {
    const store = new HandStore();
    const world = new PipelineWorld({}, store);
    const client = world.client('c', { clean });
    world.gate.commit();
    await store.succeed();
    const outcome = world.subscribing.subscribe(client, subscribeOf(['a', 1]));
    assert.ok(!(outcome instanceof Promise));
    assert.equal(outcome.ticket, world.gate.ticketOfAll());
    assert.equal(outcome.ticket > 0, !clean);
    world.gate.commit();
    await store.succeed();
    const packet = { type: 'unsubscribe', packetId: 2, filters: ['a'] } as const;
    assert.equal(world.subscribing.unsubscribe(client, packet) > 0, !clean);
  });
}

test('Subscribing.unsubscribe() takes out what is there and ignores the rest', () => {
  const world = new PipelineWorld();
  const client = world.client('c', { filters: ['a', 'b/+', '$share/g/c'] });
  const filters = ['b/+', 'nothing', 'b/+', '$share/g/c', '$share//', 'b/x'];
  world.subscribing.unsubscribe(client, { type: 'unsubscribe', packetId: 1, filters });
  assert.deepEqual([...client.session.subscriptions.keys()], ['a']);
  assert.equal(world.router.index.size, 1);
  world.publish('m', 0, 'b/x');
  assert.deepEqual(client.outlet.sent(), []);
});

test('Subscribing.unsubscribe() still delivers what was on its way', () => {
  const world = new PipelineWorld();
  const client = world.client('c', { clean: false, filters: ['a'] });
  client.outlet.congested = true;
  world.publish('m', 1, 'a');
  const packet = { type: 'unsubscribe', packetId: 1, filters: ['a'] } as const;
  world.subscribing.unsubscribe(client, packet);
  client.outlet.congested = false;
  client.session.drain();
  assert.deepEqual(client.outlet.sent(), ['a=m @ 1 id 1']);
});

test('Subscribing tells which subscriptions were made and taken out', () => {
  const world = new PipelineWorld();
  world.authorizer.subscribe = (filter) => filter !== 'denied';
  const told: unknown[] = [];
  world.events.subscribed.on((event) => told.push(event));
  world.events.unsubscribed.on((event) => told.push(event));
  const client = world.client('c');
  subscribe(world, client, ['a', 1], ['denied', 1], ['$share/g/b', 2]);
  const filters = ['a', 'nothing', '$share/g/b'];
  world.subscribing.unsubscribe(client, { type: 'unsubscribe', packetId: 1, filters });
  assert.deepEqual(told, [
    { clientId: 'c', filter: 'a', qos: 1 },
    { clientId: 'c', filter: '$share/g/b', qos: 2 },
    { clientId: 'c', filter: 'a' },
    { clientId: 'c', filter: '$share/g/b' },
  ]);
});

test('Subscribing lets others go on while it decides about many filters', async () => {
  const world = new PipelineWorld();
  const client = world.client('c');
  world.authorizer.subscribe = (filter) => {
    world.clock.advance(3);
    return filter !== 'b';
  };
  const filters = ['a', 'b', 'c', 'd', 'e'].map((filter) => [filter, 1] as const);
  const outcome = world.subscribing.subscribe(client, subscribeOf(...filters));
  assert.ok(outcome instanceof Promise);
  for (const asked of [2, 4]) {
    assert.equal(world.authorizer.asked.length, asked);
    assert.equal(client.session.subscriptions.size, 0);
    world.clock.endTurn();
    await callbacksDone();
  }
  assert.deepEqual((await outcome).returnCodes, [1, FAILURE, 1, 1, 1]);
  assert.equal(client.session.subscriptions.size, 4);
});

test('Subscribing asks from the start if the rules change while it decides', async () => {
  const world = new PipelineWorld();
  const client = world.client('c');
  let forbidden = '';
  world.authorizer.subscribe = (filter) => {
    world.clock.advance(6);
    return filter !== forbidden;
  };
  const outcome = world.subscribing.subscribe(client, subscribeOf(['a', 1], ['b', 1]));
  assert.ok(outcome instanceof Promise);
  forbidden = 'a';
  world.authorizer.generation++;
  for (let turns = 0; turns < 2; turns++) {
    world.clock.endTurn();
    await callbacksDone();
  }
  assert.deepEqual((await outcome).returnCodes, [FAILURE, 1]);
  assert.equal(world.authorizer.asked.length, 3);
});

test('Subscribing fails once where an authorizer fails before others have been asked', async () => {
  const world = new PipelineWorld();
  const client = world.client('c');
  world.authorizer.subscribe = () => {
    world.clock.advance(10);
    return Promise.reject(new Error('no database'));
  };
  const outcome = world.subscribing.subscribe(client, subscribeOf(['a', 0], ['b', 0]));
  await callbacksDone();
  world.clock.endTurn();
  await assert.rejects(async () => outcome, /no database/);
  assert.equal(client.session.subscriptions.size, 0);
});
