import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BackOff } from './back-off.js';

test('BackOff.next() stays between minMs and maxMs, whatever chance says', () => {
  const jitter = fc.constantFrom('full', 'decorrelated', 'none');
  const chances = fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 1 });
  fc.assert(
    fc.property(jitter, fc.nat(5000), fc.nat(60_000), chances, (jitter, minMs, more, chances) => {
      const maxMs = minMs + more;
      let at = 0;
      const backOff = new BackOff({ minMs, maxMs, jitter }, () => chances[at++ % chances.length]!);
      for (let attempt = 0; attempt < 20; attempt++) {
        const waitMs = backOff.next();
        assert.ok(waitMs >= minMs && waitMs <= maxMs, `${waitMs}`);
      }
    }),
  );
});

test('BackOff.next() without jitter doubles', () => {
  const backOff = new BackOff({ minMs: 1, maxMs: 100, jitter: 'none' }, () => 0);
  const waits = Array.from({ length: 9 }, () => backOff.next());
  assert.deepEqual(waits, [1, 2, 4, 8, 16, 32, 64, 100, 100]);
});
