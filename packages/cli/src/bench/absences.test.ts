import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Absences } from './absences.js';

/** One that connects at once, when it wants to. */
function comesBack(absences: Absences, nowUs: number): void {
  absences.begins();
  absences.back(nowUs);
}

test('Absences begin before the first connection, and lie between connections', () => {
  const absences = new Absences();
  const first = { fromUs: -Infinity, before: 0 };
  assert.deepEqual(absences.missing(false), [{ ...first, toUs: Infinity, after: Infinity }]);
  comesBack(absences, 5e6);
  assert.deepEqual(absences.missing(false), [{ ...first, toUs: 5e6, after: 1 }]);
  absences.left(9e6);
  absences.left(10e6);
  assert.deepEqual(absences.missing(false), [
    { ...first, toUs: 5e6, after: 1 },
    { fromUs: 9e6, toUs: Infinity, before: 1, after: Infinity },
  ]);
  absences.begins(); // in vain
  comesBack(absences, 11e6);
  const { connection } = absences;
  assert.deepEqual(absences.missing(false)[1], { fromUs: 9e6, toUs: 11e6, before: 1, after: 3 });
  assert.equal(connection, 3);
});

test('Absences take nothing from a session that keeps messages, once it is there', () => {
  const absences = new Absences();
  assert.equal(absences.missing(true)[0]!.toUs, Infinity);
  absences.begins();
  comesBack(absences, 5e6);
  absences.left(6e6);
  comesBack(absences, 7e6);
  const first = { fromUs: -Infinity, toUs: 5e6, before: 0, after: 2 };
  assert.deepEqual(absences.missing(true), [first]);
});

test('Absences know which messages waited', () => {
  const absences = new Absences();
  comesBack(absences, 5e6);
  assert.deepEqual([absences.waitedFor(4e6), absences.waitedFor(6e6)], [true, false]);
  absences.left(7e6);
  assert.equal(absences.waitedFor(8e6), true);
});

test('Absences have bounded memory, and forget no time away', () => {
  const absences = new Absences();
  for (let at = 0; at < 5000; at++) {
    comesBack(absences, at * 10e6 + 5e6);
    absences.left(at * 10e6 + 9e6);
  }
  const all = absences.missing(false);
  assert.ok(all.length < 1100);
  assert.equal(all.at(-1)!.before, 5000);
  for (const us of [0, 4e6, 1234 * 10e6, 49_990e6 + 1e6]) {
    assert.ok(
      all.some(({ fromUs, toUs }) => fromUs <= us && us < toUs),
      `${us}`,
    );
  }
  for (const [at, { before, after }] of all.entries()) {
    assert.ok(before < after && before === (all[at - 1]?.after ?? 0), `${before} to ${after}`);
  }
});
