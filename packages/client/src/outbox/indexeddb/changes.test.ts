import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { MemoryOutbox } from '../memory-outbox.js';
import { Changes } from './changes.js';

type Step = readonly ['put' | 'release' | 'remove', sequence: number];

const step: fc.Arbitrary<Step> = fc.tuple(
  fc.constantFrom('put', 'release', 'remove'),
  fc.nat({ max: 2 }),
);

function publication(sequence: number) {
  const payload = new Uint8Array([sequence]);
  return { sequence, topic: 't', payload, qos: 2, retain: false, released: false } as const;
}

function apply(target: Changes | MemoryOutbox, [what, sequence]: Step): void {
  if (what === 'put') target.put(publication(sequence));
  else target[what](sequence);
}

/** Does to `outbox` what a transaction does. */
function write(outbox: MemoryOutbox, { publications }: Changes): void {
  for (const [sequence, change] of publications) {
    if (typeof change === 'string') outbox[change](sequence);
    else outbox.put(change);
  }
}

test('Changes leave what the writes would, also when a transaction has failed', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step), fc.array(step), fc.array(step), async (...rounds) => {
      const [first, failed, last] = rounds;
      const expected = new MemoryOutbox();
      for (const one of [...first, ...failed, ...last]) apply(expected, one);
      const outbox = new MemoryOutbox();
      const [before, changes, later] = [new Changes(), new Changes(), new Changes()];
      for (const one of first) apply(before, one);
      for (const one of failed) apply(changes, one);
      for (const one of last) apply(later, one);
      write(outbox, before);
      changes.append(later);
      write(outbox, changes);
      assert.deepEqual(await outbox.load(), await expected.load());
    }),
  );
});

test('Changes are empty until something is written', () => {
  const changes = new Changes();
  assert.equal(changes.empty, true);
  changes.notes.set('a', undefined);
  assert.equal(changes.empty, false);
});
