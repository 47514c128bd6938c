import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type StoredPlace, StoredRun } from './stored-run.js';

test('StoredRun gives messages in their order, those that are missing left out', () => {
  const run = new StoredRun(7, 100);
  for (const sequence of [8, 9, 12]) assert.equal(run.push(sequence, sequence), true);
  assert.deepEqual([run.length, run.sequence], [4, 7]);
  assert.deepEqual(run.shift(), { sequence: 7, bytes: 100 });
  assert.deepEqual([run.length, run.sequence], [3, 8]);
  assert.deepEqual(run.shift(), { sequence: 8, bytes: 8 });
  assert.deepEqual(run.shift(), { sequence: 9, bytes: 9 });
  assert.equal(run.sequence, 12);
  assert.deepEqual(run.shift(), { sequence: 12, bytes: 12 });
  assert.deepEqual([run.length, run.shift()], [0, undefined]);
});

test('StoredRun holds a place for a few numbers without a message, not for many', () => {
  const run = new StoredRun(0, 1);
  assert.equal(run.push(17, 1), true);
  assert.equal(run.push(35, 1), false);
  assert.equal(run.push(18, 1), true);
  assert.equal(run.length, 3);
});

test('StoredRun is the same as an array, however long', () => {
  const step = fc.record({
    push: fc.boolean(),
    skip: fc.nat(16),
    count: fc.oneof(fc.nat(5), fc.integer({ min: 0, max: 2000 })),
  });
  const start = fc.constantFrom(0, 2 ** 32 - 3, 2 ** 45);
  fc.assert(
    fc.property(start, fc.array(step, { maxLength: 12 }), (first, steps) => {
      const run = new StoredRun(first, 2 ** 28);
      const model: StoredPlace[] = [{ sequence: first, bytes: 2 ** 28 }];
      let sequence = first;
      for (const { push, skip, count } of steps) {
        for (let time = 0; time < count; time++) {
          if (push) {
            sequence += 1 + (time === 0 ? skip : 0);
            assert.equal(run.push(sequence, time % 5), true);
            model.push({ sequence, bytes: time % 5 });
          } else {
            if (model[0] !== undefined) assert.equal(run.sequence, model[0].sequence);
            assert.deepEqual(run.shift(), model.shift());
          }
        }
        assert.equal(run.length, model.length);
      }
    }),
    { numRuns: 50 },
  );
});

test('StoredRun.sequences() gives numbers from one on, while others leave and come', () => {
  const run = new StoredRun(7, 1);
  for (const sequence of [8, 12, 13]) run.push(sequence, 1);
  assert.deepEqual([...run.sequences(0)], [7, 8, 12, 13]);
  assert.deepEqual([...run.sequences(9)], [12, 13]);
  assert.deepEqual([...run.sequences(14)], []);
  const walk = run.sequences(0);
  assert.equal(walk.next().value, 7);
  for (let taken = 0; taken < 3; taken++) run.shift();
  for (let sequence = 14; sequence < 40; sequence++) run.push(sequence, 1);
  assert.equal(walk.next().value, 13);
  assert.equal([...walk].at(-1), 39);
});
