import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ledger } from './ledger.js';

/** A message that came: its number, with `!` if its answer may be lost, `d` for DUP. */
type Arrival = string;

const runs: readonly {
  readonly name: string;
  readonly qos: 1 | 2;
  readonly granted?: 1 | 2;
  readonly sent: number;
  readonly acknowledged: readonly number[];
  readonly resent?: readonly number[];
  readonly arrivals: readonly Arrival[];
  readonly problems: readonly string[];
}[] = [
  {
    name: 'everything in order',
    qos: 2,
    sent: 3,
    acknowledged: [0, 1, 2],
    arrivals: ['0', '1', '2'],
    problems: [],
  },
  {
    name: 'a loss of what was not acknowledged',
    qos: 1,
    sent: 3,
    acknowledged: [0],
    arrivals: ['0'],
    problems: [],
  },
  {
    name: 'a loss of what was acknowledged',
    qos: 1,
    sent: 4,
    acknowledged: [0, 1, 3],
    arrivals: ['0'],
    problems: ['t to s at QoS 1: lost 1, 3'],
  },
  {
    name: 'a QoS 2 message that comes twice, also if its publisher sent it twice',
    qos: 2,
    sent: 1,
    acknowledged: [0],
    resent: [0],
    arrivals: ['0', '0!d'],
    problems: ['t to s at QoS 2: 1 came twice'],
  },
  {
    name: 'a QoS 2 message that comes twice to a subscription of QoS 1',
    qos: 2,
    granted: 1,
    sent: 1,
    acknowledged: [0],
    arrivals: ['0', '0!d'],
    problems: [],
  },
  {
    name: 'a QoS 1 message that comes again while its answer was under way',
    qos: 1,
    sent: 2,
    acknowledged: [0, 1],
    arrivals: ['0', '1', '0!d', '1!d'],
    problems: [],
  },
  {
    name: 'a QoS 1 message that its publisher sent twice',
    qos: 1,
    sent: 1,
    acknowledged: [0],
    resent: [0],
    arrivals: ['0', '0'],
    problems: [],
  },
  {
    name: 'a QoS 1 message that comes again for no reason',
    qos: 1,
    sent: 1,
    acknowledged: [0],
    arrivals: ['0', '0d'],
    problems: ['t to s at QoS 1: 1 came again after their answer was safe'],
  },
  {
    name: 'a message that comes first behind a later one',
    qos: 1,
    sent: 3,
    acknowledged: [0, 1, 2],
    arrivals: ['0', '2', '1'],
    problems: ['t to s at QoS 1: 1 out of order'],
  },
];
for (const run of runs) {
  test(`Ledger judges ${run.name}`, () => {
    const ledger = new Ledger();
    const stream = ledger.stream('t', run.qos);
    const receipt = ledger.receipt('s', stream, run.granted ?? run.qos);
    stream.sent = run.sent;
    for (const number of run.acknowledged) stream.acknowledge(number);
    for (const number of run.resent ?? []) stream.resend(number);
    for (const arrival of run.arrivals) {
      const number = Number.parseInt(arrival, 10);
      receipt.take(number, arrival.includes('!'), arrival.includes('d'));
    }
    assert.deepEqual(ledger.problems(), run.problems);
  });
}

test('Ledger asks a subscriber only for what was sent after its subscription', () => {
  const ledger = new Ledger();
  const stream = ledger.stream('t', 1);
  stream.sent = 2;
  ledger.receipt('s', stream, 1);
  stream.sent = 3;
  for (const number of [0, 1, 2]) stream.acknowledge(number);
  assert.deepEqual(ledger.problems(), ['t to s at QoS 1: lost 2']);
});

test('Ledger asks for no order of what was sent before the subscription', () => {
  const ledger = new Ledger();
  const stream = ledger.stream('t', 1);
  stream.sent = 3;
  const receipt = ledger.receipt('s', stream, 1);
  stream.sent = 5;
  for (const number of [2, 1, 4]) receipt.take(number, false, false);
  assert.deepEqual(ledger.problems(), []);
  receipt.take(3, false, false);
  assert.deepEqual(ledger.problems(), ['t to s at QoS 1: 1 out of order']);
});

test('Ledger counts a repetition without DUP', () => {
  const ledger = new Ledger();
  const receipt = ledger.receipt('s', ledger.stream('t', 1), 1);
  receipt.take(0, false, false);
  receipt.take(0, true, false);
  receipt.take(0, true, true);
  assert.equal(ledger.totals().qos1Unmarked, 1);
});

test('Ledger reports broken promises that are not about messages', () => {
  const ledger = new Ledger();
  ledger.fault('The session of s is gone');
  assert.deepEqual(ledger.problems(), ['The session of s is gone']);
});
