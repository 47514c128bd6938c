import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noCounts } from './figures.js';
import { planOf, publishing } from './load-plan.testing.js';
import { Absences } from './absences.js';
import { Reception, StreamIndex } from './reception.js';
import { SendLog } from './send-log.js';

const expecting = (...streams: readonly number[]) =>
  new Map(streams.map((stream) => [stream, { qos: 1, isWill: false } as const]));
const came = (qos: 0 | 1 | 2, bytes = 1) => ({ qos, bytes, dup: false, retain: false });
const stamp = (sequence: number, stream = 0, run = 1) => ({ run, stream, sequence, dueUs: 0 });

test('StreamIndex knows which streams a filter brings', () => {
  const index = new StreamIndex(
    planOf([{ name: 'a', count: 3, publish: [publishing('x/{n}'), publishing('y')] }]),
  );
  const streams = (filter: string) => index.of(filter).map(({ stream }) => stream);
  assert.deepEqual(streams('x/1'), [1]);
  assert.deepEqual(streams('y'), [3, 4, 5]);
  assert.deepEqual(streams('x/+'), [0, 1, 2]);
  assert.deepEqual(streams('#'), [0, 1, 2, 3, 4, 5]);
  assert.deepEqual(streams('z'), []);
});

test('Reception counts what is new, late, double and foreign', () => {
  const counts = noCounts();
  const reception = new Reception(1, counts, expecting(0));
  assert.equal(reception.add(stamp(0), came(2, 10)), 'next');
  assert.equal(reception.add(stamp(2), came(2, 10)), 'next');
  assert.equal(reception.add(stamp(1), came(2, 10)), 'late');
  assert.equal(reception.add(stamp(1), came(2, 10)), 'duplicate');
  assert.equal(reception.add(stamp(2), came(1, 10)), 'duplicate');
  assert.equal(reception.add(stamp(3, 0, 2), came(1, 10)), undefined);
  assert.equal(reception.add(undefined, came(1, 10)), undefined);
  const { received, receivedBytes, duplicates, duplicatesOfQoS2, reordered, foreign } = counts;
  assert.deepEqual(
    { received, receivedBytes, duplicates, duplicatesOfQoS2, reordered, foreign },
    {
      received: 5,
      receivedBytes: 50,
      duplicates: 2,
      duplicatesOfQoS2: 1,
      reordered: 1,
      foreign: 2,
    },
  );
});

test('Reception misses what was sent and did not come, to the very last', () => {
  const reception = new Reception(1, noCounts(), expecting(0, 1));
  for (const sequence of [0, 1, 3]) reception.add(stamp(sequence), came(1, 1));
  assert.equal(reception.missing([4, 0]).lost, 1);
  assert.equal(reception.missing([6, 0]).lost, 3);
  assert.equal(reception.missing([6, 5, 99]).lost, 8);
});

test('Reception of any run misses what lies in between', () => {
  const counts = noCounts();
  const reception = new Reception(0, counts, expecting());
  for (const sequence of [7, 8, 10]) reception.add(stamp(sequence, 3, 9), came(1));
  reception.add(stamp(0, 3, 10), came(1));
  assert.equal(reception.missing([]).lost, 1);
  assert.equal(counts.received, 4);
});

/** Ten messages, one each second from 100 s on, of which every second one came. */
function halfOf(doubted?: readonly [number, number]) {
  const reception = new Reception(1, noCounts(), expecting(0));
  const log = new SendLog();
  for (let sequence = 0; sequence < 10; sequence++) {
    log.add((100 + sequence) * 1e6);
    if (sequence % 2 === 0) reception.add(stamp(sequence), came(1));
  }
  if (doubted !== undefined) log.doubt(doubted);
  return { reception, times: new Map([[0, log.times()]]) };
}

/** There from 50 s on, but for a time. */
function awayFrom(fromS: number, toS: number): Absences {
  const absences = new Absences();
  absences.back(50e6);
  absences.left(fromS * 1e6, 0);
  absences.back(toS * 1e6);
  return absences;
}

test('Reception tells what it missed while it was away from what is lost', () => {
  const { reception, times } = halfOf();
  const absences = awayFrom(104, 108);
  assert.deepEqual(reception.missing([10], times, { absences, keeps: false }), {
    lost: 2,
    missed: 3,
    uncertain: 0,
  });
  assert.deepEqual(reception.missing([10], times, { absences, keeps: true }), {
    lost: 5,
    missed: 0,
    uncertain: 0,
  });
});

test('Reception does not say of what is in doubt that it is lost', () => {
  const { reception, times } = halfOf([0, 4]);
  const absences = awayFrom(60, 61);
  const { lost, uncertain } = reception.missing([10], times, { absences, keeps: false });
  assert.deepEqual([lost, uncertain], [3, 2]);
});

test('Reception takes wills, what is retained, and what comes with DUP for what they are', () => {
  const counts = noCounts();
  const expected = new Map([
    [0, { qos: 1, isWill: false }],
    [1, { qos: 1, isWill: true }],
  ] as const);
  const reception = new Reception(1, counts, expected);
  assert.equal(reception.add(stamp(0, 1), came(1)), 'will');
  assert.equal(reception.add(stamp(0, 1), came(1)), 'duplicate');
  reception.add(stamp(0), came(1));
  reception.add(stamp(0), { ...came(1), dup: true });
  reception.add(stamp(0), { ...came(1), retain: true });
  const { received, willsReceived, duplicates, redelivered } = counts;
  assert.deepEqual([received, willsReceived, duplicates, redelivered], [2, 2, 2, 1]);
});
