import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PingSchedule } from './ping-schedule.js';

test('PingSchedule is due before the keep-alive is over, since the last packet either way', () => {
  const pings = new PingSchedule(10, 3000);
  pings.connected(0);
  assert.equal(pings.deadlineMs, 8000);
  pings.sent(5000);
  assert.equal(pings.deadlineMs, 8000);
  pings.received(6000);
  assert.equal(pings.deadlineMs, 13_000);
});

test('PingSchedule is never due without a keep-alive', () => {
  const pings = new PingSchedule(0, 3000);
  pings.connected(0);
  assert.equal(pings.deadlineMs, Infinity);
  assert.equal(pings.due(1e9, false), 'nothing');
});

const answers = [
  { name: 'no answer', atMs: 11_000, paused: false, expected: 'dead' },
  { name: 'no answer, but nobody reads', atMs: 11_000, paused: true, expected: 'ping' },
  { name: 'a timer that came late', atMs: 60_000, paused: false, expected: 'ping' },
  { name: 'a timer that came early', atMs: 10_999, paused: false, expected: 'nothing' },
] as const;
for (const { name, atMs, paused, expected } of answers) {
  test(`PingSchedule.due() after a PINGREQ: ${name}`, () => {
    const pings = new PingSchedule(10, 3000);
    pings.connected(0);
    assert.equal(pings.due(8000, false), 'ping');
    pings.sent(8000);
    assert.equal(pings.due(atMs, paused), expected);
  });
}

test('PingSchedule.asked() before it is due sets a limit to the answer', () => {
  const pings = new PingSchedule(10, 3000);
  pings.connected(0);
  pings.asked(1000);
  pings.asked(2000);
  assert.equal(pings.deadlineMs, 4000);
  assert.equal(pings.due(4000, false), 'dead');
  pings.answered(4000);
  assert.equal(pings.due(4000, false), 'nothing');
});

test('PingSchedule takes no other packet for the answer, but waits anew after it', () => {
  const pings = new PingSchedule(10, 3000);
  pings.connected(0);
  pings.asked(1000);
  pings.received(2000);
  assert.equal(pings.due(4999, false), 'nothing');
  assert.equal(pings.due(5000, false), 'dead');
});

test('PingSchedule.roundTripMs is the time from a PINGREQ to its PINGRESP', () => {
  const pings = new PingSchedule(10, 3000);
  pings.connected(0);
  pings.answered(10); // to nothing that was asked
  assert.equal(pings.roundTripMs, undefined);
  pings.asked(8000);
  pings.received(8030);
  pings.answered(8040);
  assert.equal(pings.roundTripMs, 40);
  pings.asked(9000);
  pings.connected(9500); // the answer went with the connection
  pings.answered(9600);
  assert.equal(pings.roundTripMs, 40);
});

test('PingSchedule gives up a silent server also when pings come faster than answers may', () => {
  const pings = new PingSchedule(5, 10_000); // a PINGREQ every 4 s
  pings.connected(0);
  const seen: string[] = [];
  for (let nowMs = 0; nowMs <= 20_000; nowMs += 1000) {
    const due = pings.due(nowMs, false);
    if (due !== 'nothing') seen.push(`${nowMs} ${due}`);
    if (due === 'dead') break;
    if (due === 'ping') {
      pings.asked(nowMs);
      pings.sent(nowMs);
    }
  }
  assert.deepEqual(seen, ['4000 ping', '8000 ping', '12000 ping', '14000 dead']);
});
