import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FilterEnd } from './filter-end.js';
import { RecordingSubscriber } from './recording-subscriber.testing.js';
import type { ShareGroup } from './share-group.js';
import type { Subscription } from './subscriber.js';

function collected(end: FilterEnd): [own: Subscription[], groups: string[]] {
  const own: Subscription[] = [];
  const groups: ShareGroup[] = [];
  end.collect(own, groups);
  return [own, groups.map(({ name, size }) => `${name}: ${size}`)];
}

const [a, b] = [new RecordingSubscriber('a'), new RecordingSubscriber('b')];

test('FilterEnd.collect() adds who subscribed alone, and the groups', () => {
  const end = new FilterEnd();
  end.put(a, 1);
  end.put(b, 2);
  end.putShared('g', a, 0);
  end.putShared('h', a, 0);
  end.putShared('g', b, 1);
  const own = [
    { subscriber: a, qos: 1 },
    { subscriber: b, qos: 2 },
  ];
  assert.deepEqual(collected(end), [own, ['g: 2', 'h: 1']]);
});

test('FilterEnd.putShared() tells whether the member is new to that group', () => {
  const end = new FilterEnd();
  assert.equal(end.putShared('g', a, 0), true);
  assert.equal(end.putShared('g', a, 2), false);
  assert.equal(end.putShared('h', a, 2), true);
  assert.equal(end.put(a, 0), true);
});

test('FilterEnd.isEmpty once the last subscription of either kind is gone', () => {
  const end = new FilterEnd();
  assert.equal(end.isEmpty, true);
  end.put(a, 1);
  end.putShared('g', a, 1);
  end.putShared('g', b, 1);
  assert.equal(end.removeShared('h', a), false);
  assert.equal(end.removeShared('g', a), true);
  assert.equal(end.removeShared('g', a), false);
  assert.equal(end.isEmpty, false);
  assert.equal(end.removeShared('g', b), true);
  assert.equal(end.isEmpty, false);
  assert.equal(end.remove(a), true);
  assert.equal(end.isEmpty, true);
  assert.deepEqual(collected(end), [[], []]);
});

test('FilterEnd.collect() takes more groups than a call has room for arguments', () => {
  const end = new FilterEnd();
  const count = 200_000;
  for (let group = 0; group < count; group++) end.putShared(`g${group}`, a, 1);
  const [, groups] = collected(end);
  assert.equal(groups.length, count);
});
