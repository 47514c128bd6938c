import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noCounts } from './figures.js';
import { planOf, publishing } from './load-plan.testing.js';
import { Absences } from './absences.js';
import { type Missing, Reception, StreamIndex } from './reception.js';
import { SendLog } from './send-log.js';

const expecting = (...streams: readonly number[]) =>
  new Map(streams.map((stream) => [stream, { qos: 1, isWill: false } as const]));
const came = (qos: 0 | 1 | 2, bytes = 1, connection = 1) => {
  return { qos, bytes, dup: false, retain: false, connection };
};
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

/** From which second to which a receiver was there, and what it got then. */
type Presence = readonly [fromS: number, toS: number, ...sequences: readonly number[]];

interface Story {
  /** When the messages were due. Without: one each second from 100 s on. */
  readonly dueS?: readonly number[];
  readonly presences: readonly Presence[];
  readonly keeps?: boolean;
  /** A connection of the publisher broke behind so many messages. */
  readonly brokeAfter?: readonly number[];
  readonly uncertain?: readonly [number, number];
  readonly want: readonly [lost: number, missed: number, uncertain: number];
}

const TEN = [100, 101, 102, 103, 104, 105, 106, 107, 108, 109];

/** What is missing of {@link TEN} messages, or those that are told. */
function missingOf({ dueS = TEN, presences, keeps = false, ...sender }: Story): Missing {
  const reception = new Reception(1, noCounts(), expecting(0));
  const absences = new Absences();
  const log = new SendLog();
  for (const [sequence, s] of dueS.entries()) {
    log.add(s * 1e6);
    if (sender.brokeAfter?.includes(sequence + 1) === true) log.cutOff((s - 60) * 1e6);
  }
  if (sender.uncertain !== undefined) log.doubt(sender.uncertain);
  for (const [fromS, toS, ...sequences] of presences) {
    absences.begins();
    absences.back(fromS * 1e6);
    for (const sequence of sequences) {
      reception.add(stamp(sequence), came(1, 1, absences.connection));
    }
    if (toS < Infinity) absences.left(toS * 1e6);
  }
  return reception.missing([dueS.length], new Map([[0, log.times()]]), { absences, keeps });
}

const stories: Readonly<Record<string, Story>> = {
  'what it did not get while it was there': {
    presences: [[50, Infinity, 0, 2, 4, 6, 8]],
    want: [5, 0, 0],
  },
  'what was due while it was away': {
    presences: [
      [50, 103.5, 0, 1, 2, 3],
      [106.5, Infinity, 7, 8, 9],
    ],
    want: [0, 3, 0],
  },
  'what it lacks between two that came, also just before it left': {
    presences: [
      [50, 103.1, 0, 1, 3],
      [106.5, Infinity, 8, 9],
    ],
    want: [2, 3, 0],
  },
  'what was on its way when it left, however long that took': {
    presences: [
      [50, 107.5, 0, 1, 2],
      [108.5, Infinity, 9],
    ],
    want: [0, 6, 0],
  },
  'what came to the broker while it was away, though due long before, when the next came late': {
    presences: [
      [50, 105.5, 0, 1, 2],
      [106.5, Infinity, 5, 6, 7, 8, 9],
    ],
    want: [0, 2, 0],
  },
  'what was due more than a minute before it left': {
    dueS: [100, 110, 190, 200],
    presences: [
      [50, 175, 0],
      [185, Infinity, 2, 3],
    ],
    want: [1, 0, 0],
  },
  'what was due when it was back': {
    presences: [
      [50, 102.5, 0, 1, 2],
      [103.5, Infinity, 6, 7, 8, 9],
    ],
    want: [2, 1, 0],
  },
  'what was on its way each time it left': {
    presences: [
      [50, 102.5, 0, 1, 2],
      [103.5, 105.5],
      [106.5, 108.5, 7],
      [109.5, Infinity],
    ],
    want: [0, 6, 0],
  },
  'nothing of which it knows when it leaves before anything came': {
    presences: [
      [50, 100.5],
      [101.5, 104.5],
      [104.6, Infinity, 5, 6, 7, 8, 9],
    ],
    want: [0, 5, 0],
  },
  'what was due before it was there at all': {
    presences: [[104.5, Infinity, 5, 7, 8]],
    want: [2, 5, 0],
  },
  'all, if it never was there': { presences: [], want: [0, 10, 0] },
  'what it did not get of its last presence': {
    presences: [
      [50, 103.5, 0, 1],
      [104.5, Infinity],
    ],
    want: [5, 3, 0],
  },
  'all since it left for good': { presences: [[50, 103.5, 0, 1]], want: [0, 8, 0] },
  'what its session should have kept': {
    presences: [
      [100.5, 103.5, 1, 2],
      [104.5, Infinity, 4, 5, 6],
    ],
    keeps: true,
    want: [4, 1, 0],
  },
  'what is in doubt': {
    presences: [[50, Infinity, 0, 2, 4, 6, 8]],
    uncertain: [0, 4],
    want: [3, 0, 2],
  },
  'what its publisher sent last before its connection broke': {
    presences: [[50, Infinity, 0, 1, 2, 4, 7, 8, 9]],
    brokeAfter: [7],
    want: [1, 0, 2],
  },
  'what came before a connection of its publisher broke': {
    presences: [[50, Infinity, 0, 1, 4, 5, 6]],
    brokeAfter: [5, 10],
    want: [2, 0, 3],
  },
};
for (const [what, story] of Object.entries(stories)) {
  const [lost, missed, uncertain] = story.want;
  test(`Reception sorts ${what}: ${lost} lost, ${missed} missed, ${uncertain} uncertain`, () => {
    assert.deepEqual(missingOf(story), { lost, missed, uncertain });
  });
}

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
