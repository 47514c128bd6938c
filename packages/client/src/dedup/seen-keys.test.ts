import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SeenKeys } from './seen-keys.js';

const ROOMY = { keysMax: 100, bytesMax: 10_000, rememberMs: 1000 };
/** Bytes that a key of one letter counts for. */
const SHORT_KEY_BYTES = 50;

const cases: readonly {
  readonly rule: string;
  readonly limits: Partial<typeof ROOMY>;
  readonly added: readonly (readonly [key: string, atMs: number])[];
  readonly nowMs: number;
  readonly known: string;
  readonly evicted: number;
}[] = [
  { rule: 'knows nothing at first', limits: {}, added: [], nowMs: 0, known: '', evicted: 0 },
  {
    rule: 'forgets the oldest above keysMax',
    limits: { keysMax: 2 },
    added: [
      ['a', 0],
      ['b', 1],
      ['c', 2],
    ],
    nowMs: 3,
    known: 'bc',
    evicted: 1,
  },
  {
    rule: 'forgets the oldest above bytesMax',
    limits: { bytesMax: 2 * SHORT_KEY_BYTES },
    added: [
      ['a', 0],
      ['b', 1],
      ['c', 2],
    ],
    nowMs: 3,
    known: 'bc',
    evicted: 1,
  },
  {
    rule: 'forgets a key that alone is above bytesMax',
    limits: { bytesMax: SHORT_KEY_BYTES - 1 },
    added: [['a', 0]],
    nowMs: 0,
    known: '',
    evicted: 1,
  },
  {
    rule: 'forgets after rememberMs, and that is no eviction',
    limits: { rememberMs: 10 },
    added: [
      ['a', 0],
      ['b', 5],
    ],
    nowMs: 10,
    known: 'b',
    evicted: 0,
  },
  {
    rule: 'takes a key that comes again for new',
    limits: { keysMax: 2, rememberMs: 10 },
    added: [
      ['a', 0],
      ['b', 1],
      ['a', 5],
      ['c', 6],
    ],
    nowMs: 12,
    known: 'ac',
    evicted: 1,
  },
];

for (const { rule, limits, added, nowMs, known, evicted } of cases) {
  test(`SeenKeys ${rule}`, () => {
    const keys = new SeenKeys({ ...ROOMY, ...limits });
    for (const [key, atMs] of added) keys.add(key, atMs);
    assert.equal(['a', 'b', 'c'].filter((key) => keys.has(key, nowMs)).join(''), known);
    assert.equal(keys.evicted, evicted);
    assert.deepEqual([keys.size, keys.bytes], [known.length, known.length * SHORT_KEY_BYTES]);
  });
}

test('SeenKeys.clear() forgets all', () => {
  const keys = new SeenKeys(ROOMY);
  keys.add('a', 0);
  keys.clear();
  assert.deepEqual([keys.has('a', 0), keys.size, keys.bytes], [false, 0, 0]);
});

test('SeenKeys stays within its limits and knows what was added last', () => {
  const anyStep = fc.record({ key: fc.string({ maxLength: 3 }), waitMs: fc.nat(30) });
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 100 }), (steps) => {
      const keys = new SeenKeys({ keysMax: 5, bytesMax: 220, rememberMs: 50 });
      let nowMs = 0;
      for (const { key, waitMs } of steps) {
        nowMs += waitMs;
        keys.add(key, nowMs);
        assert.ok(keys.has(key, nowMs + 49));
        assert.ok(keys.size <= 5 && keys.bytes <= 220);
      }
    }),
  );
});
