import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Message } from '../../model/message.js';
import { BatchReader } from './batch-reader.js';
import { TIME } from './format.js';
import { numberKey, sessionKey, textKey } from './keys.js';
import { loadState } from './load-state.js';
import { MemoryEngine } from './memory-engine.testing.js';
import { type RecipientRecord, writeMessage, writeProgress } from './records.js';
import type { TableName } from './tables.js';
import { WriteBatch } from './write-batch.js';

function recordOf(write: (out: WriteBatch) => void): Uint8Array {
  const batch = new WriteBatch();
  batch.beginPut('meta');
  batch.number(1);
  batch.beginValue();
  write(batch);
  batch.end();
  const { bytes, end } = batch.take();
  const reader = new BatchReader(bytes, end);
  reader.next();
  return new Uint8Array(reader.value);
}

function messageTo(...recipients: readonly RecipientRecord[]): Uint8Array {
  const message = Message.of({ topic: 't', payload: Buffer.from('p'), qos: 1, retain: false });
  return recordOf((out) => writeMessage(out, message, recipients));
}

function to(session: number, sequence: number): RecipientRecord {
  return { session, sequence, qos: 1, retained: false };
}

test('loadState() gives what is pending, and names what nobody waits for', async () => {
  const engine = new MemoryEngine();
  engine.put(
    'sessions',
    numberKey(1),
    recordOf((out) => out.text('a')),
  );
  engine.put(
    'sessions',
    numberKey(7),
    recordOf((out) => out.text('b')),
  );
  const progress = { nextSequence: 9, cursor: 3, gaps: [4, 6] };
  engine.put(
    'progress',
    numberKey(1),
    recordOf((out) => writeProgress(out, progress)),
  );
  engine.put('messages', numberKey(10), messageTo(to(1, 2), to(9, 0)));
  engine.put('messages', numberKey(11), messageTo(to(1, 3), to(7, 0)));
  engine.put('messages', numberKey(12), messageTo(to(1, 5)));
  engine.put('messages', numberKey(15), messageTo(to(1, 6)));
  const { state, sessions, open, leftOver, lastArrival, nextSession } = await loadState(engine);
  const [a, b] = state.sessions;
  assert.deepEqual(
    a?.deliveries.map(({ sequence }) => sequence),
    [3, 6],
  );
  assert.deepEqual(
    b?.deliveries.map(({ sequence }) => sequence),
    [0],
  );
  assert.deepEqual([a.nextSequence, b.nextSequence], [9, 1]);
  assert.deepEqual([...open], [[11, 2]]);
  assert.deepEqual(leftOver, [10, 12]);
  assert.deepEqual({ lastArrival, nextSession }, { lastArrival: 15, nextSession: 8 });
  assert.deepEqual([...(sessions.get('a')?.arrivals() ?? [])], [11, 15]);
});

const wrong: readonly (readonly [table: TableName, key: Uint8Array, value: Uint8Array])[] = [
  ['sessions', Buffer.of(1), recordOf((out) => out.text('a'))],
  ['sessions', numberKey(1), Buffer.of(5, 97)],
  ['sessions', numberKey(1), Buffer.of(1, 97, 98)],
  ['progress', numberKey(1), Buffer.of(1)],
  ['subscriptions', sessionKey(1, 1), Buffer.of(3, 1, 97)],
  ['subscriptions', Buffer.of(1), Buffer.of(1, 1, 97)],
  ['received', numberKey(1), Buffer.of()],
  ['released', numberKey(1), Buffer.of()],
  ['messages', numberKey(1), Buffer.of(1, 1, 116, 0)],
  ['messages', Buffer.of(1, 2), messageTo()],
  ['retained', textKey('t'), Buffer.of(1, 9, 116)],
  ['retained', textKey('t'), Buffer.of(16, 1, 116)],
  ['retained', textKey('t'), messageTo()],
  ['retained', textKey('t'), Buffer.of(9)],
  ['left', numberKey(1), Buffer.of(1, 1)],
  ['left', Buffer.of(1), Buffer.of(1)],
  ['replays', sessionKey(1, 1), Buffer.of(1, 1, 35, 0, 1, 2)],
  ['replays', Buffer.of(1), Buffer.of(1, 1, 35, 0, 1, 2, 3)],
  ['wills', numberKey(1), Buffer.of(2, 0, 0, 0)],
  ['wills', numberKey(1), Buffer.of(0, 0, 0, 1, 99)],
  ['wills', Buffer.of(1), Buffer.of(0, 0, 0, 1, 99, 0, 1, 116, 0, 0)],
  ['meta', TIME, Buffer.of(1)],
  ['meta', TIME, Buffer.of(1, 2, 3)],
];
for (const [row, [table, key, value]] of wrong.entries()) {
  test(`loadState() names table and key of what makes no sense: ${table} ${row}`, async () => {
    const engine = new MemoryEngine();
    engine.put(table, key, value);
    const name = Buffer.from(key).toString('hex');
    await assert.rejects(loadState(engine), {
      message: new RegExp(`^The record ${name} of table ${table} is damaged: it.+`),
    });
  });
}
