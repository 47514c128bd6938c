import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Message } from '../../model/message.js';
import { BatchReader } from './batch-reader.js';
import { LatestStates } from './latest-states.js';
import { SessionProgress } from './session-progress.js';
import { TABLES } from './tables.js';
import { PUT, WriteBatch } from './write-batch.js';

/** What it writes, `table key` each, with `-` in front of what is removed. */
function written(states: LatestStates): string[] {
  const batch = new WriteBatch();
  states.writeTo(batch);
  const { bytes, end } = batch.take();
  const write = new BatchReader(bytes, end);
  const lines: string[] = [];
  while (write.next()) {
    const key = Buffer.from(write.key).toString('hex').replace(/^0+/, '');
    lines.push(`${write.kind === PUT ? '' : '-'}${TABLES[write.table]} ${key}`);
  }
  return lines;
}

function retained(topic: string): { message: Message; change: number } {
  const message = Message.of({ topic, payload: Buffer.from('m'), qos: 1, retain: true });
  return { message, change: 1 };
}

function will(number: number) {
  const principal = { clientId: 'c', username: undefined, address: '' };
  return { number, principal, message: retained('will').message };
}

const REPLAY = { filter: '#', qos: 1, after: 0, asOf: 1, nextSequence: 0, endSequence: 9 } as const;

test('LatestStates writes each thing once, however often it has changed', () => {
  const states = new LatestStates();
  const session = new SessionProgress(5);
  for (let round = 0; round < 3; round++) {
    states.retained('a', retained('a'));
    states.retained('b', retained('b'));
    states.retained('b', undefined);
    states.will(1, will(1));
    states.will(2, will(2));
    states.will(2, undefined);
    states.left(session, undefined);
    states.left(session, round);
    states.replay(session, 8, { ...REPLAY, endSequence: 8 });
    states.replay(session, 9, REPLAY);
    states.replay(session, 8, undefined);
    states.time({ brokerMs: round, wallMs: round });
  }
  assert.deepEqual(written(states), [
    'retained 161', // `a`, behind the mark of a text
    '-retained 162',
    'wills 1',
    '-wills 2',
    'left 5',
    '-replays 50000000000000008',
    'replays 50000000000000009',
    'meta 74696d65',
  ]);
  assert.deepEqual(written(states), []);
});

test('LatestStates.forget() leaves nothing of a session', () => {
  const states = new LatestStates();
  const [gone, other] = [new SessionProgress(1), new SessionProgress(2)];
  for (const session of [gone, other]) {
    states.left(session, 7);
    states.replay(session, 9, REPLAY);
  }
  states.forget(gone);
  assert.deepEqual(written(states), ['left 2', 'replays 20000000000000009']);
});

const CHANGES: readonly ((states: LatestStates) => void)[] = [
  (states) => states.retained('a', undefined),
  (states) => states.will(1, undefined),
  (states) => states.left(new SessionProgress(1), undefined),
  (states) => states.replay(new SessionProgress(1), 9, undefined),
  (states) => states.time({ brokerMs: 1, wallMs: 1 }),
];

test('LatestStates.isEmpty tells whether there is anything to write', () => {
  for (const change of CHANGES) {
    const states = new LatestStates();
    assert.equal(states.isEmpty, true);
    change(states);
    assert.equal(states.isEmpty, false);
    written(states);
    assert.equal(states.isEmpty, true);
  }
});
