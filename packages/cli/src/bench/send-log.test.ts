import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rangeOf, SendLog } from './send-log.js';

/** Messages that were due at these times. */
function logOf(times: readonly number[]): SendLog {
  const log = new SendLog();
  for (const us of times) log.add(us);
  return log;
}

const cases: [from: number, to: number, range: [number, number]][] = [
  [10, 30, [0, 2]],
  [11, 30, [1, 2]],
  [11, 31, [1, 3]],
  [0, 5, [0, 0]],
  [41, Infinity, [4, 4]],
  [-Infinity, Infinity, [0, 4]],
];
for (const [from, to, range] of cases) {
  test(`rangeOf() finds what was due from ${from} to ${to}`, () => {
    assert.deepEqual(rangeOf(logOf([10, 20, 30, 40]).times(), from, to), range);
  });
}

test('SendLog keeps few times of many messages, and is never short of one', () => {
  const log = logOf(Array.from({ length: 100_000 }, (_, at) => at * 10));
  const times = log.times();
  assert.ok(times.times.length < 512);
  const [from, to] = rangeOf(times, 30_005, 60_005);
  assert.ok(from <= 3001 && from > 3001 - times.every, `${from}`);
  assert.ok(to >= 6001 && to < 6001 + times.every, `${to}`);
});

test('SendLog doubts each for itself, and knows what a broken connection may have cut off', () => {
  const log = logOf([10, 20, 30, 40]);
  log.cutOff(25);
  log.cutOff(50);
  assert.deepEqual(log.times().cut, [[2, 4]]);
  log.doubt([2, 4]);
  log.add(50);
  log.doubt([4, 5]);
  log.doubt([9, 9]);
  assert.deepEqual(log.times().uncertain, [[2, 5]]);
  for (let at = 0; at < 1000; at++) log.doubt([at * 10 + 10, at * 10 + 11]);
  assert.ok(log.times().uncertain.length <= 256);
});

test('SendLog has room for few broken connections: what it forgets of them is uncertain', () => {
  const log = new SendLog();
  for (let at = 0; at < 1000; at++) {
    log.add(at);
    log.cutOff(at);
  }
  const { cut, uncertain } = log.times();
  assert.equal(cut.length, 256);
  assert.ok(uncertain.some(([from, to]) => from === 0 && to >= 744));
});
