import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keepAliveDeadlineMs } from './keepalive.js';

const cases: readonly (readonly [lastPacketMs: number, keepAliveS: number, deadlineMs: number])[] =
  [
    [0, 0, Infinity],
    [1000, 0, Infinity],
    [0, 1, 1500],
    [1000, 1, 2500],
    [12.5, 10, 15_012.5],
    [0, 65_535, 98_302_500],
  ];

for (const [lastPacketMs, keepAliveS, deadlineMs] of cases) {
  test(`keepAliveDeadlineMs() of ${keepAliveS} s after ${lastPacketMs} ms is ${deadlineMs}`, () => {
    assert.equal(keepAliveDeadlineMs(lastPacketMs, keepAliveS), deadlineMs);
  });
}
