import assert from 'node:assert/strict';
import { test } from 'node:test';
import { packetIdOf } from '@magpie/protocol';
import fc from 'fast-check';
import { Inflight } from './inflight.js';
import type { Publication } from './publication.js';

function publication(sequence: number): Publication {
  const payload = new Uint8Array(0);
  const message = { topic: 't', payload, qos: 1, retain: false, sequence } as const;
  return { ...message, ready: true, maybeSent: true, released: false, settled: undefined };
}

test('Inflight finds by identifier what is not removed, in whatever order that is', () => {
  const step = fc.record({ skip: fc.nat(3), remove: fc.array(fc.nat(50), { maxLength: 3 }) });
  const first = fc.constantFrom(0, 5, 65_520, 131_060);
  fc.assert(
    fc.property(first, fc.array(step, { maxLength: 200 }), (start, steps) => {
      const inflight = new Inflight(40);
      const model = new Map<number, Publication>();
      let sequence = start;
      for (const { skip, remove } of steps) {
        sequence += skip;
        assert.equal(inflight.hasRoom(sequence), model.size < 40);
        if (model.size < 40) {
          const one = publication(sequence++);
          inflight.add(one);
          model.set(packetIdOf(one.sequence), one);
        }
        for (const at of remove) {
          const one = [...model.values()][at % Math.max(1, model.size)];
          if (one === undefined) continue;
          assert.equal(inflight.get(packetIdOf(one.sequence)), one);
          inflight.remove(one);
          model.delete(packetIdOf(one.sequence));
          assert.equal(inflight.get(packetIdOf(one.sequence)), undefined);
        }
        assert.deepEqual(inflight.items(), [...model.values()]);
        assert.equal(inflight.count, model.size);
      }
    }),
  );
});

test('Inflight has no room where an identifier would be used twice', () => {
  const inflight = new Inflight(10);
  inflight.add(publication(7));
  assert.ok(inflight.hasRoom(7 + 65_534));
  assert.ok(!inflight.hasRoom(7 + 65_535));
  inflight.add(publication(9));
  inflight.remove(inflight.get(packetIdOf(7))!);
  assert.ok(inflight.hasRoom(9 + 65_534));
  assert.ok(!inflight.hasRoom(9 + 65_535));
});

test('Inflight goes on for as long as a session lives', () => {
  const inflight = new Inflight(3);
  for (let sequence = 0; sequence < 200_000; sequence++) {
    if (sequence >= 2) inflight.remove(inflight.get(packetIdOf(sequence - 2))!);
    inflight.add(publication(sequence));
  }
  assert.deepEqual(
    inflight.items().map(({ sequence }) => sequence),
    [199_998, 199_999],
  );
});
