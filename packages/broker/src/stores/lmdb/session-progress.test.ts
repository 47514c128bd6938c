import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ProgressRecord } from './records.js';
import { arrivalIn, isSettled, qosIn, retainedIn, SessionProgress } from './session-progress.js';

/** `+5` adds a message, `-5` settles it. */
type Act = string;

function after(acts: readonly Act[]): SessionProgress {
  const progress = new SessionProgress(1);
  let arrival = 0;
  for (const act of acts) {
    const sequence = Number.parseInt(act.slice(1), 10);
    if (act.startsWith('+')) progress.add(sequence, ++arrival, 1, false);
    else progress.settle(sequence);
  }
  return progress;
}

const records: readonly (readonly [name: string, acts: readonly Act[], record: ProgressRecord])[] =
  [
    ['nothing', [], { nextSequence: 0, cursor: 0, gaps: [] }],
    ['what is pending', ['+0', '+1', '+2'], { nextSequence: 3, cursor: 0, gaps: [] }],
    ['what is settled in order', ['+0', '+1', '-0'], { nextSequence: 2, cursor: 1, gaps: [] }],
    ['all settled', ['+0', '+1', '-1', '-0'], { nextSequence: 2, cursor: 2, gaps: [] }],
    [
      'what is settled out of order',
      ['+0', '+1', '+2', '+3', '+4', '-1', '-3'],
      { nextSequence: 5, cursor: 0, gaps: [1, 2, 3, 4] },
    ],
    [
      'runs of it as one',
      ['+0', '+1', '+2', '+3', '+4', '-2', '-1', '-3'],
      { nextSequence: 5, cursor: 0, gaps: [1, 4] },
    ],
    [
      'no gaps below the oldest pending one',
      ['+0', '+1', '+2', '+3', '-1', '-2', '-0'],
      { nextSequence: 4, cursor: 3, gaps: [] },
    ],
    ['a gap up to the end', ['+0', '+1', '+2', '-2'], { nextSequence: 3, cursor: 0, gaps: [2, 3] }],
    [
      'numbers that were skipped, only below what is settled',
      ['+0', '+5', '+9', '+20', '-5', '-9'],
      { nextSequence: 21, cursor: 0, gaps: [1, 10] },
    ],
    [
      'a late one below all that is settled',
      ['+5', '+6', '+7', '-5', '-6', '-7', '+2'],
      { nextSequence: 8, cursor: 2, gaps: [3, 8] },
    ],
    ['a late one among others', ['+1', '+8', '+4', '-1'], { nextSequence: 9, cursor: 4, gaps: [] }],
  ];
for (const [name, acts, record] of records) {
  test(`SessionProgress writes ${name}`, () => assert.deepEqual(after(acts).record(), record));
}

test('SessionProgress says when what was written before is wrong of a new message', () => {
  const progress = new SessionProgress(1);
  const late = [5, 6, 2, 7, 6.5].map((sequence) => progress.add(sequence, 1, 1, false));
  assert.deepEqual(late, [false, false, true, false, true]);
});

test('SessionProgress settles each message once and gives its arrival', () => {
  const progress = after(['+0', '+3', '+4']);
  assert.deepEqual(
    [3, 3, 1, 0, 4, 4, 99].map((sequence) => progress.settle(sequence)),
    [2, undefined, undefined, 1, 3, undefined, undefined],
  );
  assert.equal(progress.pending, 0);
});

test('SessionProgress names the arrivals of what is pending', () => {
  assert.deepEqual([...after(['+0', '+1', '+2', '+3', '-0', '-2']).arrivals()], [2, 4]);
});

test('SessionProgress gives what is pending from a number on, in order', () => {
  const progress = new SessionProgress(1);
  progress.add(0, 1, 1, false);
  progress.add(3, 2, 2, false);
  progress.add(4, 3, 1, true);
  progress.add(2, 2 ** 50, 2, true);
  progress.add(9, 5, 1, false);
  progress.settle(4);
  const shown = (from: number, messagesMax: number) => {
    const { sequences, references } = progress.from(from, messagesMax);
    return references.map((reference, at) => {
      const retained = retainedIn(reference) ? ' retained' : '';
      return `${sequences[at]}: ${arrivalIn(reference)} @ ${qosIn(reference)}${retained}`;
    });
  };
  assert.deepEqual(shown(1, 2), [`2: ${2 ** 50} @ 2 retained`, '3: 2 @ 2']);
  assert.deepEqual(shown(3, 1), ['3: 2 @ 2']);
  assert.deepEqual(shown(0, 1), ['0: 1 @ 1']);
  assert.deepEqual(shown(4, 10), ['9: 5 @ 1']);
  assert.deepEqual(shown(10, 10), []);
  assert.deepEqual(
    [0, 1, 2, 4, 9, 10].map((sequence) => progress.arrivalOf(sequence)),
    [1, undefined, 2 ** 50, undefined, 5, undefined],
  );
});

test('SessionProgress completes what was released, once', () => {
  const progress = new SessionProgress(1);
  assert.equal(progress.complete(1), false);
  progress.release(1);
  assert.deepEqual([progress.complete(1), progress.complete(1)], [true, false]);
});

/**
 * Goal: what is written says exactly of the used numbers whether they are settled, and costs as
 * much as there are gaps, not as there are messages.
 * Method: random acts, nearly in order as a session does them, against plain sets.
 */
test('SessionProgress writes what a set would say', () => {
  const act = fc.record({ settles: fc.boolean(), pick: fc.nat(30), skip: fc.nat(3) });
  fc.assert(
    fc.property(fc.array(act, { maxLength: 300 }), (acts) => {
      const progress = new SessionProgress(1);
      const pending = new Map<number, number>();
      const used: number[] = [];
      const waiting: number[] = [];
      let next = 0;
      for (const { settles, pick, skip } of acts) {
        if (settles) {
          const sequence = used[Math.max(0, used.length - 1 - pick)] ?? 0;
          assert.equal(progress.settle(sequence), pending.get(sequence));
          pending.delete(sequence);
        } else {
          for (let count = 0; count <= skip; count++) waiting.push(next++);
          const place = Math.max(0, waiting.length - 1 - (pick % 4));
          const [sequence] = waiting.splice(place, 1);
          progress.add(sequence!, used.length + 1, 2, true);
          pending.set(sequence!, used.length + 1);
          used.push(sequence!);
        }
        const record = progress.record();
        for (const sequence of used) {
          assert.equal(isSettled(record, sequence), !pending.has(sequence), `${sequence}`);
        }
        assert.equal(record.nextSequence, Math.max(-1, ...used) + 1);
        assert.equal(progress.pending, pending.size);
      }
    }),
  );
});

test('SessionProgress goes on after a restart as before', () => {
  const progress = after(['+0', '+1', '+2', '+3', '+4', '+5', '-1', '-3']);
  const again = new SessionProgress(1);
  again.restore(progress.record());
  for (const sequence of [0, 2, 4, 5]) again.restorePending(sequence, sequence + 1, 1, false);
  assert.deepEqual(again.record(), progress.record());
  for (const each of [progress, again]) {
    each.settle(0);
    each.add(6, 7, 1, false);
    each.settle(5);
  }
  assert.deepEqual(again.record(), progress.record());
});

test('SessionProgress stays small where the oldest message is stuck and others are dropped', () => {
  const progress = new SessionProgress(1);
  progress.add(0, 1, 1, false);
  for (let sequence = 1; sequence < 50_000; sequence++) {
    progress.add(sequence, sequence + 1, 1, false);
    if (sequence > 10) assert.equal(progress.settle(sequence - 10), sequence - 9);
  }
  assert.deepEqual(progress.record(), { nextSequence: 50_000, cursor: 0, gaps: [1, 49_990] });
  assert.equal(progress.pending, 11);
});
