import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brokerParts } from './broker-parts.js';
import { MemoryStore } from './stores/memory-store.js';

test('brokerParts takes what the program brings, and has a default for all else', () => {
  const store = new MemoryStore();
  const parts = brokerParts({ store, limits: { inflightMax: 7 } });
  assert.equal(parts.store, store);
  assert.equal(parts.limits.inflightMax, 7);
  assert.equal(parts.rules, undefined);
  assert.equal(parts.connections.size, 0);
});

test('brokerParts: two brokers share nothing that changes', () => {
  const [one, other] = [brokerParts({}), brokerParts({})];
  for (const [name, part] of Object.entries(one)) {
    if (part === undefined) continue;
    assert.notEqual(part, other[name as keyof typeof other], name);
  }
});

test('brokerParts names every limit that cannot be', () => {
  assert.throws(() => brokerParts({ limits: { inflightMax: -1, bansMax: Number.NaN } }), {
    name: 'RangeError',
    message: /inflightMax.*bansMax|bansMax.*inflightMax/s,
  });
});
