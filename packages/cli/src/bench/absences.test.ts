import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Absences, ON_THE_WAY_US } from './absences.js';

const WAY = ON_THE_WAY_US;

test('Absences begin before the first connection, and include what was on its way', () => {
  const absences = new Absences();
  assert.deepEqual(absences.missing(false), [[-Infinity, Infinity]]);
  absences.back(5e6);
  assert.deepEqual(absences.missing(false), [[-Infinity, 5e6]]);
  absences.left(9e6, 0);
  absences.left(10e6, 0);
  assert.deepEqual(absences.missing(false), [
    [-Infinity, 5e6],
    [9e6 - WAY, Infinity],
  ]);
  absences.back(11e6);
  assert.deepEqual(absences.missing(false)[1], [9e6 - WAY, 11e6]);
});

test('Absences take nothing from a session that keeps messages, once it is there', () => {
  const absences = new Absences();
  absences.back(5e6);
  absences.left(6e6, 0);
  absences.back(7e6);
  assert.deepEqual(absences.missing(true), [[-Infinity, 5e6]]);
});

test('Absences begin the sooner, the longer messages take or none has come', () => {
  const absences = new Absences();
  absences.back(5e6);
  absences.came(95e6);
  absences.came(94e6);
  absences.left(100e6, 2e6);
  assert.equal(absences.missing(false)[1]![0], 95e6 - WAY);
  absences.back(101e6);
  absences.left(110e6, 2e6);
  assert.equal(absences.missing(false)[2]![0], 108e6 - WAY);
});

test('Absences know which messages waited', () => {
  const absences = new Absences();
  absences.back(5e6);
  assert.deepEqual([absences.waitedFor(4e6), absences.waitedFor(6e6)], [true, false]);
  absences.left(7e6, 0);
  assert.equal(absences.waitedFor(8e6), true);
});

test('Absences have bounded memory, and forget no time away', () => {
  const absences = new Absences();
  for (let at = 0; at < 5000; at++) {
    absences.back(at * 10e6 + 5e6);
    absences.left(at * 10e6 + 9e6, 0);
  }
  const spans = absences.missing(false);
  assert.ok(spans.length < 1100);
  for (const us of [0, 4e6, 1234 * 10e6, 49_990e6 + 1e6]) {
    assert.ok(
      spans.some(([from, to]) => from <= us && us < to),
      `${us}`,
    );
  }
});
