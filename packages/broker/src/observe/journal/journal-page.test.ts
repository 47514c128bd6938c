import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JournalPage } from './journal-page.js';
import type { JournalEntry } from './journal-entry.js';

function all(page: JournalPage, question = {}): JournalEntry[] {
  const entries: JournalEntry[] = [];
  page.collect(question, entries);
  return entries;
}

test('JournalPage gives back what was written', () => {
  const page = new JournalPage();
  const entry = {
    kind: 'delivered',
    clientId: 'c',
    topic: 'a/b',
    other: 'p',
    why: 'x',
    qos: 2,
    retain: true,
    count: 65_535,
  } as const;
  page.add(entry, 1_700_000_000_123);
  page.add({ kind: 'connected' }, 1_700_000_000_124);
  const empty = { clientId: '', topic: '', other: '', why: '', qos: 0, retain: false, count: 0 };
  assert.deepEqual(all(page), [
    { ...entry, atMs: 1_700_000_000_123 },
    { kind: 'connected', atMs: 1_700_000_000_124, ...empty },
  ]);
  assert.equal(page.lastMs, 1_700_000_000_124);
});

test('JournalPage.collect() finds by client, by topic and by time', () => {
  const page = new JournalPage();
  for (let at = 1; at <= 6; at++) {
    page.add({ kind: 'queued', clientId: `c${at % 2}`, topic: `t${at % 3}` }, at);
  }
  const times = (question: object) => all(page, question).map(({ atMs }) => atMs);
  assert.deepEqual(times({ clientIds: ['c1'] }), [1, 3, 5]);
  assert.deepEqual(times({ clientIds: ['c1'], topics: ['t0'] }), [1, 3, 5, 6]);
  assert.deepEqual(times({ topics: ['t2'], sinceMs: 3 }), [5]);
  assert.deepEqual(times({ topics: ['c1'], clientIds: ['t1', 'nobody'] }), []);
});

test('JournalPage.collectTopics() gives topics of publishes, once, the last first', () => {
  const page = new JournalPage();
  for (const [kind, clientId, topic] of [
    ['published', 'p', 'a'],
    ['published', 'q', 'b'],
    ['delivered', 'p', 'c'],
    ['published', 'p', 'd'],
    ['published', 'p', 'a'],
  ] as const) {
    page.add({ kind, clientId, topic }, page.length + 1);
  }
  const topics = (sinceMs: number, clientId?: string, max = 9) => {
    const found = new Set<string>();
    page.collectTopics({ sinceMs, clientId, max }, found);
    return [...found].join(' ');
  };
  assert.deepEqual(topics(0), 'a d b');
  assert.deepEqual(topics(5), 'a');
  assert.deepEqual(topics(0, 'q'), 'b');
  assert.deepEqual(topics(0, 'nobody'), '');
  assert.deepEqual(topics(0, 'p', 1), 'a');
});

test('JournalPage is full of entries, or of strings, and empty when it was cleared', () => {
  for (const characters of [0, 60_000]) {
    const page = new JournalPage();
    let added = 0;
    while (!page.isFull) page.add({ kind: 'queued', topic: `${added++}`.padEnd(characters) }, 1);
    assert.equal(added, characters === 0 ? 4096 : 5);
    assert.ok(page.bytes < 900 * 1024, `${page.bytes} bytes`);
    page.clear();
    assert.deepEqual([page.length, page.isFull, all(page)], [0, false, []]);
  }
});
