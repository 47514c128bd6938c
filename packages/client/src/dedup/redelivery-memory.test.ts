import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Redeliverable, RedeliveryMemory } from './redelivery-memory.js';

const SEED = 0x1234_5678;
const first: Redeliverable = {
  packetId: 7,
  dup: false,
  topic: 'a/b',
  payload: Buffer.from('21.5'),
};
const again: Redeliverable = { ...first, dup: true };

const cases: readonly (readonly [rule: string, message: Redeliverable, redelivery: boolean])[] = [
  ['takes the same message with DUP for a redelivery', again, true],
  ['takes a message without DUP for new', first, false],
  ['takes another identifier for new', { ...again, packetId: 8 }, false],
  ['takes another topic for new', { ...again, topic: 'a/c' }, false],
  ['takes another payload for new', { ...again, payload: Buffer.from('21.6') }, false],
  [
    'tells topic and payload apart',
    { ...again, topic: 'a/b2', payload: Buffer.from('1.5') },
    false,
  ],
];

for (const [rule, message, redelivery] of cases) {
  test(`RedeliveryMemory.isRedelivery() ${rule}`, () => {
    const memory = new RedeliveryMemory(SEED, { keysMax: 100, rememberMs: 1000 });
    assert.equal(memory.isRedelivery(again, 0), false);
    memory.settle(first, 0);
    assert.equal(memory.isRedelivery(message, 999), redelivery);
  });
}

test('RedeliveryMemory forgets after rememberMs', () => {
  const memory = new RedeliveryMemory(SEED, { keysMax: 100, rememberMs: 1000 });
  memory.settle(first, 0);
  assert.equal(memory.isRedelivery(again, 1000), false);
  memory.settle({ ...first, packetId: 8 }, 1000);
  assert.equal(memory.size, 1);
});

test('RedeliveryMemory forgets the oldest above keysMax', () => {
  const memory = new RedeliveryMemory(SEED, { keysMax: 2, rememberMs: 1000 });
  for (const packetId of [1, 2, 1, 3]) memory.settle({ ...first, packetId }, 0);
  const known = [1, 2, 3].filter((packetId) => memory.isRedelivery({ ...again, packetId }, 0));
  assert.deepEqual(known, [1, 3]);
  assert.equal(memory.size, 2);
});

test('RedeliveryMemory.settle() takes the place of what had the identifier before', () => {
  const memory = new RedeliveryMemory(SEED, { keysMax: 100, rememberMs: 1000 });
  memory.settle(first, 0);
  memory.settle({ ...first, payload: Buffer.from('new') }, 0);
  assert.equal(memory.isRedelivery(again, 0), false);
});

test('RedeliveryMemory.clear() forgets all', () => {
  const memory = new RedeliveryMemory(SEED, { keysMax: 100, rememberMs: 1000 });
  memory.settle(first, 0);
  memory.clear();
  assert.equal(memory.isRedelivery(again, 0), false);
});
