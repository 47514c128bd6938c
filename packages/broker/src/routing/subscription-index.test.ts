import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matches, type QoS } from '@magpie/protocol';
import fc from 'fast-check';
import { RecordingSubscriber } from './recording-subscriber.testing.js';
import type { ShareGroup } from './share-group.js';
import type { Subscription } from './subscriber.js';
import { SubscriptionIndex } from './subscription-index.js';

/** What matches: `name @ qos` of own subscriptions, `group/name` of shared ones, sorted. */
function matched(index: SubscriptionIndex, topic: string): string[] {
  const own: Subscription[] = [];
  const groups: ShareGroup[] = [];
  index.match(topic, own, groups);
  const nameOf = ({ subscriber, qos }: Subscription) =>
    subscriber instanceof RecordingSubscriber ? `${subscriber.name} @ ${qos}` : 'somebody else';
  return [...own.map(nameOf), ...groups.map(({ name, size }) => `${name}: ${size}`)].toSorted();
}

/** Examples of MQTT 3.1.1, 4.7, and what follows from them. */
const examples: readonly (readonly [filter: string, matching: string[], others: string[]])[] = [
  [
    'sport/tennis/player1/#',
    [
      'sport/tennis/player1',
      'sport/tennis/player1/ranking',
      'sport/tennis/player1/score/wimbledon',
    ],
    ['sport/tennis/player2', 'sport/tennis', 'sport/tennis/player1x', 'sport/tennis/player'],
  ],
  ['sport/#', ['sport', 'sport/', 'sport/tennis', 'sport//'], ['sports', '/sport', 'Sport', '']],
  ['#', ['a', 'a/b', '/', '/finance', 'a/b/c/d/e'], ['$SYS', '$SYS/monitor/Clients', '$', '$/a']],
  ['/#', ['/', '/finance', '//', '/a/b'], ['finance', 'a/', '$SYS/']],
  [
    'sport/tennis/+',
    ['sport/tennis/player1', 'sport/tennis/'],
    ['sport/tennis/player1/ranking', 'sport/tennis'],
  ],
  ['sport/+', ['sport/'], ['sport', 'sport/a/b']],
  ['+', ['finance', 'a'], ['/finance', 'a/b', '$SYS', 'a/']],
  ['+/+', ['/finance', '/', 'a/b'], ['finance', '$SYS/x', '/a/b']],
  ['/+', ['/finance', '/'], ['finance', '/a/b', '//']],
  ['+/tennis/#', ['a/tennis', 'a/tennis/b', '/tennis'], ['tennis', 'a/tennis2', '$a/tennis']],
  ['sport/+/player1', ['sport/tennis/player1', 'sport//player1'], ['sport/player1']],
  ['+/monitor/Clients', ['a/monitor/Clients'], ['$SYS/monitor/Clients']],
  ['$SYS/#', ['$SYS', '$SYS/', '$SYS/monitor'], ['SYS', '$sys/monitor']],
  ['$SYS/monitor/+', ['$SYS/monitor/Clients'], ['$SYS/monitor', 'a/monitor/Clients']],
  ['$SYS/+/#', ['$SYS/a', '$SYS/a/b'], ['$SYS']],
  ['a/$b/+', ['a/$b/c', 'a/$b/$c'], ['a/b/c']],
  ['a/#', ['a/$b', 'a'], []],
  ['ACCOUNTS', ['ACCOUNTS'], ['Accounts', 'ACCOUNTS ', 'ACCOUNTS/']],
  ['Accounts payable', ['Accounts payable'], ['Accountspayable']],
  ['/', ['/'], ['a', '//', '/a']],
  ['//', ['//'], ['/', '///']],
];

for (const [filter, matching, others] of examples) {
  test(`SubscriptionIndex.match() of ${filter}`, () => {
    const index = new SubscriptionIndex();
    index.add(filter, new RecordingSubscriber('s'), 1);
    for (const topic of matching) assert.deepEqual(matched(index, topic), ['s @ 1'], topic);
    for (const topic of others) assert.deepEqual(matched(index, topic), [], topic);
  });
}

test('SubscriptionIndex.match() adds to what the caller has', () => {
  const index = new SubscriptionIndex();
  index.add('a', new RecordingSubscriber(), 1);
  const own: Subscription[] = [];
  const groups: ShareGroup[] = [];
  for (let count = 0; count < 3; count++) index.match('a', own, groups);
  assert.deepEqual([own.length, groups.length], [3, 0]);
});

test('SubscriptionIndex.match() gives every matching subscription of a subscriber', () => {
  const index = new SubscriptionIndex();
  const [a, b] = [new RecordingSubscriber('a'), new RecordingSubscriber('b')];
  for (const [filter, qos] of [
    ['x/y', 0],
    ['x/+', 1],
    ['x/#', 2],
    ['#', 0],
  ] as const) {
    index.add(filter, a, qos);
  }
  index.add('x/y', b, 1);
  assert.deepEqual(matched(index, 'x/y'), ['a @ 0', 'a @ 0', 'a @ 1', 'a @ 2', 'b @ 1']);
});

test('SubscriptionIndex.add() replaces the QoS of the same subscription', () => {
  const index = new SubscriptionIndex();
  const subscriber = new RecordingSubscriber('s');
  assert.equal(index.add('a/+', subscriber, 0), true);
  assert.equal(index.add('a/+', subscriber, 2), false);
  assert.equal(index.size, 1);
  assert.deepEqual(matched(index, 'a/b'), ['s @ 2']);
});

test('SubscriptionIndex.remove() takes out that subscription and no other', () => {
  const index = new SubscriptionIndex();
  const [a, b] = [new RecordingSubscriber('a'), new RecordingSubscriber('b')];
  for (const subscriber of [a, b]) {
    for (const filter of ['x', 'x/#', '+']) index.add(filter, subscriber, 1);
  }
  for (const filter of ['y', 'x/y', '#', 'x/+', '+/#', '$x']) {
    assert.equal(index.remove(filter, a), false, filter);
  }
  assert.equal(index.remove('x', a, 'group'), false);
  assert.equal(index.size, 6);
  assert.equal(index.remove('x/#', a), true);
  assert.equal(index.remove('x/#', a), false);
  assert.deepEqual(matched(index, 'x'), ['a @ 1', 'a @ 1', 'b @ 1', 'b @ 1', 'b @ 1']);
  assert.deepEqual(matched(index, 'x/y'), ['b @ 1']);
  assert.equal(index.size, 5);
});

test('SubscriptionIndex.generation changes with every change, and only then', () => {
  const index = new SubscriptionIndex();
  const subscriber = new RecordingSubscriber();
  const changes: readonly (readonly [changes: boolean, act: () => unknown])[] = [
    [true, () => index.add('a', subscriber, 0)],
    [true, () => index.add('a', subscriber, 1)],
    [true, () => index.add('a', subscriber, 1, 'g')],
    [false, () => matched(index, 'a')],
    [false, () => index.remove('b', subscriber)],
    [false, () => index.remove('a', new RecordingSubscriber())],
    [false, () => index.remove('a', subscriber, 'other')],
    [true, () => index.remove('a', subscriber, 'g')],
    [true, () => index.remove('a', subscriber)],
    [false, () => index.remove('a', subscriber)],
  ];
  for (const [step, [expected, act]] of changes.entries()) {
    const { generation } = index;
    act();
    assert.equal(index.generation !== generation, expected, `step ${step}`);
  }
});

test('SubscriptionIndex keeps groups apart by name and filter', () => {
  const index = new SubscriptionIndex();
  const [a, b] = [new RecordingSubscriber('a'), new RecordingSubscriber('b')];
  assert.equal(index.add('t', a, 1, 'g'), true);
  assert.equal(index.add('t', b, 1, 'g'), true);
  assert.equal(index.add('t', a, 1, 'h'), true);
  assert.equal(index.add('+', a, 1, 'g'), true);
  assert.equal(index.add('t', a, 2, 'g'), false);
  assert.equal(index.add('t', a, 0), true);
  assert.equal(index.size, 5);
  assert.deepEqual(matched(index, 't'), ['a @ 0', 'g: 1', 'g: 2', 'h: 1']);
  assert.equal(index.remove('t', a, 'g'), true);
  assert.deepEqual(matched(index, 't'), ['a @ 0', 'g: 1', 'g: 1', 'h: 1']);
  assert.equal(index.remove('t', b, 'g'), true);
  assert.deepEqual(matched(index, 't'), ['a @ 0', 'g: 1', 'h: 1']);
  assert.equal(index.remove('t', b, 'g'), false);
});

test('SubscriptionIndex holds many subscribers of one filter', () => {
  const index = new SubscriptionIndex();
  const many = Array.from({ length: 500 }, (_, count) => new RecordingSubscriber(`s${count}`));
  for (const subscriber of many) index.add('a/#', subscriber, 1);
  assert.equal(matched(index, 'a/b').length, 500);
  for (const subscriber of many) assert.equal(index.remove('a/#', subscriber), true);
  assert.deepEqual([index.size, matched(index, 'a/b')], [0, []]);
});

/** Few levels, so that many pairs match and many filters share nodes. */
const level = fc.constantFrom('a', 'b', '', '$', '$a');
const topicName = fc
  .array(level, { minLength: 1, maxLength: 4 })
  .map((levels) => levels.join('/'))
  .filter((topic) => topic !== '');
const topicFilter = fc
  .tuple(fc.array(fc.oneof(level, fc.constant('+')), { maxLength: 4 }), fc.boolean())
  .map(([levels, rest]) => (rest ? [...levels, '#'] : levels).join('/'))
  .filter((filter) => filter !== '');
const entry = fc.record({
  filter: topicFilter,
  who: fc.nat(3),
  qos: fc.constantFrom<QoS>(0, 1, 2),
  group: fc.constantFrom(undefined, undefined, 'g', 'h'),
});
type Entry = typeof entry extends fc.Arbitrary<infer Value> ? Value : never;

const SUBSCRIBERS = Array.from({ length: 4 }, (_, count) => new RecordingSubscriber(`s${count}`));

function subscriberOf({ who }: Entry): RecordingSubscriber {
  const found = SUBSCRIBERS[who];
  assert.ok(found);
  return found;
}

/** What a list of the entries says, each looked at with the oracle `matches`. */
function expected(entries: Iterable<Entry>, topic: string): string[] {
  const own: string[] = [];
  const groups = new Map<string, { name: string; size: number }>();
  for (const { filter, who, qos, group } of entries) {
    if (!matches(filter, topic)) continue;
    if (group === undefined) {
      own.push(`s${who} @ ${qos}`);
      continue;
    }
    const key = `${group} ${filter}`;
    groups.set(key, { name: group, size: (groups.get(key)?.size ?? 0) + 1 });
  }
  return [...own, ...[...groups.values()].map(({ name, size }) => `${name}: ${size}`)].toSorted();
}

test('SubscriptionIndex.match() finds what a look at every filter finds', () => {
  const step = fc.record({ entry, remove: fc.boolean() });
  const steps = fc.array(step, { maxLength: 40, size: 'max' });
  fc.assert(
    fc.property(steps, fc.array(topicName, { minLength: 1, maxLength: 8 }), (all, topics) => {
      const index = new SubscriptionIndex();
      const model = new Map<string, Entry>();
      for (const { entry: one, remove } of all) {
        const { filter, who, qos, group } = one;
        const key = JSON.stringify([filter, who, group ?? '']);
        if (remove) {
          assert.equal(index.remove(filter, subscriberOf(one), group), model.delete(key));
        } else {
          assert.equal(index.add(filter, subscriberOf(one), qos, group), !model.has(key));
          model.set(key, one);
        }
        assert.equal(index.size, model.size);
        const shared = [...model.values()].filter((each) => each.group !== undefined);
        assert.equal(index.shared, shared.length);
      }
      for (const topic of topics) {
        assert.deepEqual(matched(index, topic), expected(model.values(), topic), topic);
      }
      for (const one of model.values()) {
        assert.ok(index.remove(one.filter, subscriberOf(one), one.group));
      }
      assert.deepEqual([index.size, index.nodes], [0, 0]);
      for (const topic of topics) assert.deepEqual(matched(index, topic), []);
    }),
    { numRuns: 500 },
  );
});
