import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deduplicate } from './deduplicate.js';

const message = { qos: 1, packetId: 1, dup: true, topic: 't', payload: Buffer.from('x') } as const;

test('deduplicate() makes one that knows redeliveries, whatever chance gives', () => {
  for (const random of [undefined, () => 0, () => 0.5, () => 1 - 2 ** -53]) {
    const duplicates = deduplicate({}, random);
    assert.equal(duplicates.isDuplicate(message, 0), false);
    duplicates.settle(message, 0);
    assert.equal(duplicates.isDuplicate(message, 0), true);
    assert.equal(duplicates.counts.redeliveries, 1);
  }
});

test('deduplicate() refuses a limit that is none', () => {
  assert.throws(() => deduplicate({ keysMax: 0 }), RangeError);
});
