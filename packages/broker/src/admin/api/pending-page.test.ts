import assert from 'node:assert/strict';
import { test } from 'node:test';
import { messageOf } from '../../routing/recording-subscriber.testing.js';
import type { PendingPlace } from '../../sessions/pending-places.js';
import type { StoredMessage } from '../../stores/store.js';
import { STEPS_AT_ONCE } from './paging.js';
import { type PendingEntry, pendingPage } from './pending-page.js';

/** A client whose messages lie in a store that gives pieces of two. */
function clientOf(stored: readonly number[]) {
  const reads: number[] = [];
  const readStored = async (from: number): Promise<readonly StoredMessage[]> => {
    reads.push(from);
    const piece = stored.filter((sequence) => sequence >= from).slice(0, 2);
    return piece.map((sequence) => {
      return { sequence, qos: 1, retained: false, message: messageOf('t', `${sequence}`) };
    });
  };
  return { persistent: true, readStored, reads };
}

function placeOf(sequence: number): PendingPlace {
  return { at: { sequence, behind: 0 }, sequence, state: 'queued' };
}

function payload({ message, state }: PendingEntry): string {
  return message === undefined ? state : Buffer.from(message.payload).toString();
}

test('pendingPage() reads what is in the store piece by piece', async () => {
  const client = clientOf([0, 1, 2, 3, 4, 5, 6, 7]);
  const walk = [0, 1, 2, 3, 4, 5, 6, 7].map(placeOf);
  const page = await pendingPage(client, walk, 5, payload);
  assert.deepEqual(page, { rows: ['0', '1', '2', '3', '4'], next: { sequence: 4, behind: 0 } });
  assert.deepEqual(client.reads, [0, 2, 4]);
});

test('pendingPage() leaves out what the store does not have any more', async () => {
  const client = clientOf([0, 3]);
  const page = await pendingPage(client, [0, 1, 3, 4].map(placeOf), 10, payload);
  assert.deepEqual(page, { rows: ['0', '3'], next: undefined });
});

test('pendingPage() asks the store for nothing that it cannot have', async () => {
  const client = clientOf([]);
  const walk: PendingPlace[] = [
    { ...placeOf(0), state: 'received' },
    { ...placeOf(-1), delivery: { message: messageOf('t', 'kept'), retained: true } },
    { ...placeOf(-1), replay: { filter: '#', left: 3 } },
  ];
  const page = await pendingPage(client, walk, 10, (entry) => [payload(entry), entry.retained]);
  assert.deepEqual(page.rows, [
    ['received', false],
    ['kept', true],
    ['queued', true],
  ]);
  const clean = { ...client, persistent: false };
  assert.deepEqual((await pendingPage(clean, [placeOf(0)], 10, payload)).rows, ['queued']);
  assert.deepEqual(client.reads, []);
});

test('pendingPage() rests while it walks over many', async () => {
  let turns = 0;
  const count = () => {
    turns++;
    if (turns < 100) setImmediate(count);
  };
  setImmediate(count);
  const walk = Array.from({ length: STEPS_AT_ONCE * 10 }, () => undefined);
  await pendingPage(clientOf([]), walk, 10, payload);
  assert.ok(turns >= 9, String(turns));
});
