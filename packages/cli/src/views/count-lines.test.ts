import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countLines } from './count-lines.js';
import { tallyOf } from './tally.testing.js';

const MESSAGES = ['b', 'a', 'a', 'wild\x1b[2J', 'c'].map((topic) => ({ topic, text: '12345' }));
const LIMITS = { topicsMax: 3, charactersMax: 100 };

test('countLines() has the topics with most messages first, and the sum', () => {
  const { tally, nowMs } = tallyOf(MESSAGES, LIMITS);
  assert.deepEqual(countLines(tally, { order: 'count', atMs: nowMs, json: false }), [
    '  messages        bytes  topic',
    '         2           10  a',
    '         1            5  b',
    '         1            5  wild\\u001b[2J',
    '         5           25  in 3 topics; 1 message of further topics',
  ]);
});

test('countLines() as JSON has the same numbers, and topics as they are', () => {
  const { tally, nowMs } = tallyOf(MESSAGES, LIMITS);
  const lines = countLines(tally, { order: 'topic', atMs: nowMs, json: true });
  assert.deepEqual(
    lines.map((line) => JSON.parse(line) as unknown),
    [
      { topic: 'a', messages: 2, bytes: 10 },
      { topic: 'b', messages: 1, bytes: 5 },
      { topic: 'wild\x1b[2J', messages: 1, bytes: 5 },
      { topics: 3, messages: 5, bytes: 25, leftOut: 1 },
    ],
  );
});
