import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { QoS } from '@magpie/protocol';
import fc from 'fast-check';
import { CLOSED_ROW, type Traffic, TrafficLedger } from './traffic-ledger.js';

const ZEROS: Traffic = {
  messagesReceived: [0, 0, 0],
  bytesReceived: [0, 0, 0],
  messagesSent: [0, 0, 0],
  bytesSent: [0, 0, 0],
};

test('TrafficLedger keeps messages and bytes of a row by direction and QoS', () => {
  const ledger = new TrafficLedger();
  const [one, other] = [ledger.open(), ledger.open()];
  for (const qos of [0, 1, 2] as const) {
    ledger.received(one, qos, 10 + qos);
    ledger.sent(one, qos, 100 + qos);
    ledger.sent(one, qos, 100 + qos);
  }
  assert.deepEqual(ledger.read(one), {
    messagesReceived: [1, 1, 1],
    bytesReceived: [10, 11, 12],
    messagesSent: [2, 2, 2],
    bytesSent: [200, 202, 204],
  });
  assert.deepEqual(ledger.read(other), ZEROS);
});

test('TrafficLedger gives the row of a session that ended to another one, empty', () => {
  const ledger = new TrafficLedger();
  const row = ledger.open();
  ledger.received(row, 1, 5);
  ledger.close(row);
  assert.equal(ledger.size, 0);
  assert.equal(ledger.open(), row);
  assert.deepEqual(ledger.read(row), ZEROS);
  assert.deepEqual(ledger.total().bytesReceived, [0, 5, 0]);
});

test('TrafficLedger counts what a session has that ended before', () => {
  const ledger = new TrafficLedger();
  ledger.sent(CLOSED_ROW, 2, 7);
  assert.deepEqual(ledger.total(), { ...ZEROS, messagesSent: [0, 0, 1], bytesSent: [0, 0, 7] });
  assert.equal(ledger.size, 0);
});

/** What a test does: opens a row, closes one of those that are open, or counts in one. */
const act = fc.record({
  what: fc.constantFrom('open', 'close', 'received', 'sent'),
  which: fc.nat(200),
  qos: fc.constantFrom<QoS>(0, 1, 2),
  bytes: fc.nat(1000),
});

test('TrafficLedger.total() is what was ever counted, however rows come and go', () => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 300 }), (acts) => {
      const ledger = new TrafficLedger();
      const rows: number[] = [];
      const expected = { received: [0, 0, 0], sent: [0, 0, 0] };
      for (const { what, which, qos, bytes } of acts) {
        const at = which % Math.max(1, rows.length);
        const row = rows[at];
        if (what === 'open' || row === undefined) rows.push(ledger.open());
        else if (what === 'close') ledger.close(...(rows.splice(at, 1) as [number]));
        else {
          if (what === 'received') ledger.received(row, qos, bytes);
          else ledger.sent(row, qos, bytes);
          expected[what][qos]! += bytes;
        }
        assert.equal(ledger.size, rows.length);
      }
      assert.equal(new Set(rows).size, rows.length);
      assert.deepEqual(ledger.total().bytesReceived, expected.received);
      assert.deepEqual(ledger.total().bytesSent, expected.sent);
    }),
  );
});
