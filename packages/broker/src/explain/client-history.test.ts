import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JournalEntry, JournalKind } from '../observe/journal/journal-entry.js';
import { ClientHistory } from './client-history.js';

/** `connected`, or `subscribed a/b`; the client is `c`. */
function historyOf(...lines: readonly string[]): ClientHistory {
  const entries = lines.map((line, index): JournalEntry => {
    const [kind, topic = ''] = line.split(' ');
    const rest = { other: '', why: '', qos: 0, retain: false, count: 0 } as const;
    return { kind: kind as JournalKind, atMs: index, clientId: 'c', topic, ...rest };
  });
  return new ClientHistory('c', entries, undefined);
}

test('ClientHistory.wasConnected() goes by what was before, or else by what came after', () => {
  const history = historyOf('subscribed a', 'disconnected', 'queued a', 'connected', 'queued a');
  const was = [0, 1, 2, 3, 4].map((at) => history.wasConnected(at));
  assert.deepEqual(was, [true, true, false, false, true]);
  assert.equal(historyOf('connected').wasConnected(0), false);
  assert.equal(historyOf().wasConnected(0), false);
});

test('ClientHistory.filtersAt() knows which filters were there', () => {
  const lines = ['connected', 'subscribed a/+', 'subscribed $share/g/#', 'unsubscribed a/+'];
  const history = historyOf(...lines, 'unsubscribed a/b', 'session-ended', 'connected');
  const filters = (at: number) => history.filtersAt('a/b', at).toSorted();
  assert.deepEqual(filters(1), ['a/b']); // it must have been there, since it was taken off
  assert.deepEqual(filters(3), ['$share/g/#', 'a/+', 'a/b']);
  assert.deepEqual(filters(4), ['$share/g/#', 'a/b']);
  assert.deepEqual(filters(5), ['$share/g/#']);
  assert.deepEqual(filters(6), []);
});

test('ClientHistory.endedBefore() is the end of a session that nobody has opened again', () => {
  const history = historyOf('connected', 'session-ended', 'queued a', 'connected', 'queued a');
  const ends = [1, 2, 4].map((at) => history.endedBefore(at)?.atMs);
  assert.deepEqual(ends, [undefined, 1, undefined]);
});

test('ClientHistory is not known where nothing but a refusal is', () => {
  assert.equal(historyOf('refused').isKnown, false);
  assert.equal(historyOf('disconnected').isKnown, true);
});
