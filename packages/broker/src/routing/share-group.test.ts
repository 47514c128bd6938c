import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { QoS } from '@magpie/protocol';
import fc from 'fast-check';
import { RecordingSubscriber } from './recording-subscriber.testing.js';
import { ShareGroup } from './share-group.js';

const TOPIC = 't';

function groupOf(count: number, qos: QoS = 2): [ShareGroup, RecordingSubscriber[]] {
  const group = new ShareGroup('g');
  const members = Array.from({ length: count }, (_, index) => new RecordingSubscriber(`m${index}`));
  for (const member of members) group.put(member, qos);
  return [group, members];
}

/** Names of those chosen, one after the other. */
function choices(group: ShareGroup, count: number, qos: QoS = 1): string[] {
  return Array.from({ length: count }, () => {
    const chosen = group.choose(TOPIC, qos)?.subscriber;
    return chosen instanceof RecordingSubscriber ? chosen.name : 'nobody';
  });
}

test('ShareGroup.choose() takes the members in turn', () => {
  const [group] = groupOf(3);
  assert.deepEqual(choices(group, 7), ['m0', 'm1', 'm2', 'm0', 'm1', 'm2', 'm0']);
});

test('ShareGroup.choose() finds nobody in an empty group', () => {
  const [group] = groupOf(0);
  assert.equal(group.choose(TOPIC, 1), undefined);
  assert.equal(group.size, 0);
});

test('ShareGroup.choose() passes over who cannot take it while another can', () => {
  const [group, members] = groupOf(3);
  const [, away] = members;
  assert.ok(away);
  away.takes = [];
  assert.deepEqual(choices(group, 4), ['m0', 'm2', 'm0', 'm2']);
  away.takes = [1];
  assert.deepEqual(choices(group, 3), ['m0', 'm1', 'm2']);
});

test('ShareGroup.choose() goes on in turn when nobody can take it', () => {
  const [group, members] = groupOf(3);
  for (const member of members) member.takes = [];
  assert.deepEqual(choices(group, 4), ['m0', 'm1', 'm2', 'm0']);
});

test('ShareGroup.choose() passes over who may not have it, also when nobody can take it', () => {
  const [group, members] = groupOf(3);
  const [first, second, third] = members;
  assert.ok(first && second && third);
  first.denied = TOPIC;
  assert.deepEqual(choices(group, 3), ['m1', 'm2', 'm1']);
  for (const member of members) member.takes = [];
  assert.deepEqual(choices(group, 3), ['m2', 'm1', 'm2']);
  second.denied = third.denied = TOPIC;
  assert.deepEqual(choices(group, 3), ['m0', 'm1', 'm2']); // it is dropped there, and counted
  first.denied = 'another';
  assert.deepEqual(choices(group, 2), ['m0', 'm0']);
});

test('ShareGroup.choose() asks for the QoS that would be delivered', () => {
  const cases: readonly (readonly [messageQos: QoS, granted: QoS, delivered: QoS])[] = [
    [0, 0, 0],
    [0, 2, 0],
    [1, 0, 0],
    [1, 2, 1],
    [2, 1, 1],
    [2, 2, 2],
  ];
  for (const [messageQos, granted, delivered] of cases) {
    const [group, [first, second]] = groupOf(2, granted);
    assert.ok(first && second);
    first.takes = ([0, 1, 2] as const).filter((qos) => qos !== delivered);
    second.takes = [delivered];
    assert.deepEqual(choices(group, 2, messageQos), ['m1', 'm1']);
  }
});

test('ShareGroup.put() replaces the QoS of a member', () => {
  const [group, [first]] = groupOf(1, 0);
  assert.ok(first);
  assert.equal(group.put(first, 2), false);
  assert.deepEqual(group.choose(TOPIC, 2), { subscriber: first, qos: 2 });
  assert.equal(group.size, 1);
});

test('ShareGroup.remove() takes a member out; the others share its part', () => {
  const [group, members] = groupOf(3);
  const [, second] = members;
  assert.ok(second);
  choices(group, 1);
  assert.equal(group.remove(second), true);
  assert.equal(group.remove(second), false);
  const chosen = choices(group, 10);
  assert.deepEqual(new Set(chosen), new Set(['m0', 'm2']));
  assert.equal(chosen.filter((name) => name === 'm0').length, 5);
});

test('ShareGroup is fair: while nobody is passed over, shares differ by one at most', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 30 }), fc.nat(100), fc.nat(10), (count, some, before) => {
      const [group] = groupOf(count);
      choices(group, before);
      const shares = new Map<string, number>();
      for (const name of choices(group, some)) shares.set(name, (shares.get(name) ?? 0) + 1);
      const least = shares.size < count ? 0 : Math.min(...shares.values());
      assert.ok(Math.max(0, ...shares.values()) - least <= 1);
    }),
  );
});

test('ShareGroup never passes a message by while a member can take it', () => {
  const members = fc.array(fc.boolean(), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(members, fc.nat(20), (able, before) => {
      const [group, all] = groupOf(able.length);
      choices(group, before);
      for (const [index, member] of all.entries()) member.takes = able[index] === true ? [1] : [];
      for (const name of choices(group, 10)) {
        const chosen = all.find((member) => member.name === name);
        assert.ok(chosen !== undefined && (chosen.accepts(1) || !able.includes(true)));
      }
    }),
  );
});
