import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../../model/manual-clock.testing.js';
import { Journal } from './journal.js';

function journalOf(journalSizeMax: number): [Journal, ManualClock] {
  const clock = new ManualClock();
  return [new Journal({ limits: { journalSizeMax }, clock }), clock];
}

test('Journal.read() gives what is known, the oldest first', () => {
  const [journal, clock] = journalOf(2);
  journal.write({ kind: 'connected', clientId: 'a', other: '10.0.0.1' });
  clock.advance(1000);
  journal.write({ kind: 'subscribed', clientId: 'a', topic: 't/#', qos: 1 });
  journal.write({ kind: 'connected', clientId: 'b' });
  const kinds = journal.read({ clientIds: ['a'] }).map(({ kind }) => kind);
  assert.deepEqual(kinds, ['connected', 'subscribed']);
  const later = journal.read({ clientIds: ['a'], sinceMs: clock.wallMs() });
  assert.deepEqual(
    later.map(({ kind }) => kind),
    ['subscribed'],
  );
});

test('Journal.read() leaves older pages alone when it has enough, and so does topics()', () => {
  const [journal] = journalOf(8);
  const total = 40_000;
  for (let count = 0; count < total; count++) {
    journal.write({ kind: 'published', clientId: 'p', topic: `t${count % 6000}`, count });
  }
  assert.equal(journal.read({ clientIds: ['p'] }).length, total);
  const counts = journal.read({ clientIds: ['p'] }, 5000).map((entry) => entry.count);
  assert.ok(counts.length >= 5000 && counts.length < 5000 + 4096, `${counts.length} entries`);
  assert.deepEqual([counts[0], counts.at(-1)], [total - counts.length, total - 1]);
  const topics = [...journal.topics({ sinceMs: 0, max: 5000 })];
  assert.deepEqual([topics.length, topics[0]], [5000, `t${(total - 1) % 6000}`]);
});

test('Journal.written is told of everything that is written, also where nothing is kept', () => {
  for (const size of [0, 2]) {
    const [journal, clock] = journalOf(size);
    const told: unknown[] = [];
    const end = journal.written.on((entry) => told.push(entry));
    journal.write({ kind: 'subscribed', clientId: 'a', topic: 't', qos: 1 });
    end();
    journal.write({ kind: 'subscribed', clientId: 'b' });
    const rest = { other: '', why: '', retain: false, count: 0 };
    const atMs = clock.wallMs();
    assert.deepEqual(told, [
      { kind: 'subscribed', clientId: 'a', topic: 't', qos: 1, atMs, ...rest },
    ]);
  }
});

test('Journal keeps to its size whatever is written, and loses the oldest', () => {
  for (const characters of [1, 100, 60_000]) {
    const [journal] = journalOf(2);
    const count = characters === 60_000 ? 200 : 200_000;
    for (let number = 0; number < count; number++) {
      journal.write({ kind: 'queued', topic: `${number}`.padEnd(characters), count: number });
      if (number % 64 === 0) assert.ok(journal.bytes <= 2 * 1024 * 1024, `${journal.bytes} bytes`);
    }
    const counts = journal.read({}).map((entry) => entry.count);
    assert.equal(counts.at(-1), count - 1);
    assert.equal(counts.length, count - counts[0]!);
    assert.ok(counts[0]! > 0);
  }
});

test('Journal is off with a size of 0, also when that comes later', () => {
  const clock = new ManualClock();
  const limits = { journalSizeMax: 0 };
  const journal = new Journal({ limits, clock });
  journal.time(1e6);
  journal.write({ kind: 'connected' });
  assert.deepEqual([journal.tick, journal.bytes, journal.read({})], [0, 0, []]);
  limits.journalSizeMax = 1;
  journal.time(2e6);
  journal.write({ kind: 'connected' });
  assert.deepEqual([journal.tick, journal.read({}).length], [1, 1]);
  limits.journalSizeMax = 0;
  journal.time(3e6);
  assert.deepEqual([journal.tick, journal.bytes, journal.read({})], [1, 0, []]);
});

test('Journal makes its ticks longer when much is written, and short again', () => {
  const [journal] = journalOf(1);
  const ticksInOneS = (samples: number, fromMs: number) => {
    const before = journal.tick;
    for (let ms = 0; ms < 1000; ms++) {
      const { tick } = journal;
      journal.time(fromMs + ms);
      if (journal.tick === tick) continue;
      for (let number = 0; number < samples; number++) journal.sample({ kind: 'delivered' });
    }
    return journal.tick - before;
  };
  assert.equal(ticksInOneS(1, 1000), 200);
  ticksInOneS(1000, 2000);
  assert.ok(ticksInOneS(1000, 3000) <= 2);
  for (let second = 0; second < 10; second++) ticksInOneS(0, 5000 + 1000 * second);
  assert.equal(ticksInOneS(1, 20_000), 200);
});

test('Journal.sample() has an end within one tick', () => {
  const [journal] = journalOf(4);
  for (let number = 0; number < 10_000; number++) journal.sample({ kind: 'published' });
  assert.equal(journal.read({}).length, 5000);
  journal.time(1e6);
  journal.sample({ kind: 'published' });
  assert.equal(journal.read({}).length, 5001);
});
