import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FORMAT } from '../format.js';
import { numberKey, sessionKey, sessionTextKey } from '../keys.js';
import type { TableName } from '../tables.js';
import { WriteBatch } from '../write-batch.js';
import { writeMessage, writeProgress, writeSubscription } from '../records.js';
import { BatchReader } from '../batch-reader.js';
import type { Finding } from './finding.js';
import { message } from './sample-store.testing.js';
import { StoreContents } from './store-contents.js';

/** Contents of the records in a batch, and what is found wrong with them. */
function contentsOf(fill: (batch: WriteBatch) => void) {
  const batch = new WriteBatch();
  fill(batch);
  const { bytes, end } = batch.take();
  const records = new Map<number, { key: Uint8Array; value: Uint8Array }[]>();
  const reader = new BatchReader(bytes, end);
  while (reader.next()) {
    const { table, key, value } = reader;
    records.set(table, [...(records.get(table) ?? []), { key, value }]);
  }
  const findings: Finding[] = [];
  const codes: Partial<Record<TableName, number>> = {
    meta: 0,
    sessions: 1,
    progress: 2,
    subscriptions: 3,
    received: 4,
    messages: 6,
  };
  const source = { records: (table: TableName) => records.get(codes[table] ?? -1) ?? [] };
  const contents = new StoreContents(source, (finding) => void findings.push(finding));
  return { contents, findings };
}

function put(batch: WriteBatch, table: TableName, key: Uint8Array, value: () => void): void {
  batch.beginPut(table);
  batch.raw(key);
  batch.beginValue();
  value();
  batch.end();
}

function putSession(batch: WriteBatch, number: number, clientId: string): void {
  put(batch, 'sessions', numberKey(number), () => batch.text(clientId));
}

test('StoreContents leaves out who has settled a message, or is gone', () => {
  const { contents, findings } = contentsOf((batch) => {
    putSession(batch, 1, 'a');
    putSession(batch, 2, 'b');
    put(batch, 'progress', numberKey(1), () => {
      writeProgress(batch, { nextSequence: 9, cursor: 5, gaps: [6, 8] });
    });
    for (const [arrival, sequence] of [4, 5, 6, 7, 8].entries()) {
      put(batch, 'messages', numberKey(arrival + 1), () => {
        writeMessage(
          batch,
          message('t', 1),
          [1, 2, 3].map((session) => ({ session, sequence, qos: 1, retained: false })),
        );
      });
    }
  });
  const open = [...contents.messages()].map(({ recipients }) =>
    recipients.map(({ clientId, sequence }) => `${clientId}${sequence}`).join(),
  );
  assert.deepEqual(open, ['b4', 'a5,b5', 'b6', 'b7', 'a8,b8']);
  assert.deepEqual(findings, []);
});

test('StoreContents tells once that a session is missing, and leaves out what it had', () => {
  const { contents, findings } = contentsOf((batch) => {
    putSession(batch, 1, 'a');
    for (const session of [1, 7]) {
      const key = sessionTextKey(session, 'f');
      put(batch, 'subscriptions', key, () => writeSubscription(batch, 'f', 1));
      put(batch, 'received', sessionKey(session, 5), () => {});
    }
  });
  assert.deepEqual([...contents.subscriptions()], [{ clientId: 'a', filter: 'f', qos: 1 }]);
  assert.deepEqual([...contents.received()], [{ clientId: 'a', packetId: 5 }]);
  assert.deepEqual(findings, [
    { table: 'sessions', key: '0000000000000007', page: undefined, how: 'it is missing' },
  ]);
});

test('StoreContents tells a record that it does not understand, and goes on', () => {
  const { contents, findings } = contentsOf((batch) => {
    put(batch, 'sessions', Buffer.of(1), () => batch.text('short key'));
    putSession(batch, 1, 'a');
  });
  assert.deepEqual(
    [...contents.sessions()].map(({ clientId }) => clientId),
    ['a'],
  );
  assert.equal(findings[0]?.how, 'its key has 1 bytes instead of 8');
});

test('StoreContents refuses a newer format', () => {
  const newer = (batch: WriteBatch) => batch.put('meta', FORMAT, numberKey(9));
  assert.throws(() => contentsOf(newer), /It has format 9/);
});
