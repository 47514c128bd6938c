import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SeededRandom } from '../seeded-random.js';
import type { FieldPlan } from './field-schemas.js';
import { type FieldValue, fieldValues } from './field-values.js';

const MOMENT = { sinceS: 0, unixMs: 1_600_000_000_999.4 };
const own = (template: string) => template.replace('{n}', '7');

/** The first values of a field, one each second. */
function valuesOf(field: FieldPlan, count = 1, seed = 1): FieldValue[] {
  const next = fieldValues(field, new SeededRandom(seed), own);
  return Array.from({ length: count }, (_, at) => next({ ...MOMENT, sinceS: at }));
}

const exact: [field: FieldPlan, values: FieldValue[]][] = [
  [{ type: 'constant', value: null }, [null, null]],
  [{ type: 'counter' }, [0, 1, 2]],
  [{ type: 'counter', start: 10, step: -5 }, [10, 5, 0]],
  [{ type: 'time' }, [1_600_000_000_999]],
  [{ type: 'time', format: 's' }, [1_600_000_000]],
  [{ type: 'time', format: 'iso' }, ['2020-09-13T12:26:40.999Z']],
  [{ type: 'sine', min: 0, max: 10, period: 4 }, [5, 10, 5, 0, 5]],
  [{ type: 'sine', min: 0, max: 1, period: 4, phase: 0.25 }, [1, 0.5, 0]],
  [{ type: 'text', text: 'device {n}' }, ['device 7', 'device 7']],
  [{ type: 'choice', of: ['a', 'b'], weights: [0, 1] }, ['b', 'b', 'b']],
  [{ type: 'bool', share: 1 }, [true, true]],
  [{ type: 'bool', share: 0 }, [false, false]],
  [{ type: 'walk', min: 1, max: 9, step: 1, start: 4 }, [4]],
];
for (const [field, values] of exact) {
  test(`fieldValues() of ${JSON.stringify(field)}`, () => {
    assert.deepEqual(valuesOf(field, values.length), values);
  });
}

/** Bounds, the lower one first, and a seed. */
const bounded = fc.tuple(
  fc.integer({ min: -1e6, max: 1e6 }),
  fc.nat(1e6),
  fc.integer(),
  fc.integer({ min: 0, max: 9 }),
);

test('fieldValues() stays within the bounds of a field, and to its digits', () => {
  fc.assert(
    fc.property(bounded, ([min, wide, seed, decimals]) => {
      const max = min + wide;
      const fields: FieldPlan[] = [
        { type: 'int', min, max },
        { type: 'float', min, max, decimals },
        { type: 'walk', min, max, step: 0.7, decimals },
        { type: 'sine', min, max, period: 7, decimals },
      ];
      for (const field of fields) {
        for (const value of valuesOf(field, 20, seed) as number[]) {
          assert.ok(value >= min && value <= max, `${field.type} ${value}`);
          if (field.type === 'int') assert.ok(Number.isInteger(value));
          else assert.equal(value, Number(value.toFixed(decimals)));
        }
      }
    }),
  );
});

test('fieldValues() walks in steps', () => {
  fc.assert(
    fc.property(fc.integer(), fc.double({ min: 0.01, max: 5, noNaN: true }), (seed, step) => {
      const field: FieldPlan = { type: 'walk', min: 0, max: 10, step, decimals: 9 };
      const values = valuesOf(field, 50, seed) as number[];
      for (const [at, value] of values.entries()) {
        assert.ok(Math.abs(value - (values[at - 1] ?? value)) <= step + 1e-8);
      }
      assert.ok(new Set(values).size > 1);
    }),
  );
});

test('fieldValues() chooses by weight', () => {
  const field: FieldPlan = { type: 'choice', of: ['often', 'seldom'], weights: [9, 1] };
  const seldom = valuesOf(field, 10_000).filter((value) => value === 'seldom').length;
  assert.ok(seldom > 800 && seldom < 1200, `${seldom}`);
});

test('fieldValues() makes texts of a length, and UUIDs of version 4', () => {
  const texts = valuesOf({ type: 'text', length: 30 }, 10) as string[];
  for (const text of texts) assert.match(text, /^[a-z0-9]{30}$/);
  assert.equal(new Set(texts).size, 10);
  const uuids = valuesOf({ type: 'uuid' }, 100) as string[];
  for (const uuid of uuids) {
    assert.match(uuid, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  }
  assert.equal(new Set(uuids).size, 100);
});

test('fieldValues() draws the same for the same seed', () => {
  const fields: FieldPlan[] = [
    { type: 'float', min: 0, max: 1 },
    { type: 'walk', min: 0, max: 1, step: 0.1 },
    { type: 'uuid' },
    { type: 'sine', min: 0, max: 1, noise: 0.5 },
  ];
  for (const field of fields) {
    assert.deepEqual(valuesOf(field, 20, 5), valuesOf(field, 20, 5));
    assert.notDeepEqual(valuesOf(field, 20, 5), valuesOf(field, 20, 6));
  }
});
