import assert from 'node:assert/strict';
import { test } from 'node:test';
import { columnsOf } from '../terminal/fit-text.js';
import { tallyOf, type Timed } from './tally.testing.js';
import { ageText, watchLines } from './watch-lines.js';

const HOUSE: readonly Timed[] = [
  { topic: 'home/lamp', text: 'on', qos: 1, retain: true },
  { topic: 'home/door', text: 'open', atSeconds: 1 },
  { topic: 'home/door', text: 'shut', atSeconds: 1.5, qos: 2 },
  { topic: '家/温度', text: '21.5', atSeconds: 2 },
];

function drawn(messages: readonly Timed[], columns: number, rows: number): string[] {
  const { tally, nowMs } = tallyOf(messages);
  return watchLines(tally, { order: 'topic', atMs: nowMs, size: { columns, rows } });
}

test('watchLines() has a line for each topic, aligned also where a name is Chinese', () => {
  assert.deepEqual(drawn(HOUSE, 60, 10), [
    ' count    /s  age QoS  topic      value',
    '     2    1.9   0s 2    home/door  shut',
    '     1    0.4   2s 1 r  home/lamp  on',
    '     1    1.1   0s 0    家/温度    21.5',
  ]);
});

test('watchLines() says how many topics the screen has no room for', () => {
  assert.deepEqual(
    drawn(HOUSE, 60, 3).map((line) => line.slice(23).trim()),
    ['topic      value', 'home/door  shut', ''],
  );
  assert.equal(drawn(HOUSE, 60, 3)[2], '… 2 more topics');
  assert.equal(drawn(HOUSE, 60, 4).length, 4);
});

test('watchLines() stays within the screen, and lets no control character through', () => {
  const wild = '\x1b[2J\x07\x9b31m\u202e';
  const messages = [...HOUSE, { topic: wild, text: wild }, { topic: '长'.repeat(400), text: wild }];
  for (const [columns, rows] of [
    [80, 24],
    [40, 3],
    [10, 2],
    [1, 1],
    [1, 0],
  ] as const) {
    const lines = drawn(messages, columns, rows);
    assert.ok(lines.length <= rows);
    for (const line of lines) {
      assert.ok(columnsOf(line) <= columns, line);
      assert.doesNotMatch(line, /[\p{Cc}\u202e]/u);
    }
  }
});

for (const [ms, text] of [
  [-5, '0s'],
  [59_999, '59s'],
  [60_000, '1m'],
  [7_199_000, '1h'],
  [172_800_000, '2d'],
  [1e15, '999d'],
] as const) {
  test(`ageText() of ${ms} ms is ${text}`, () => {
    assert.equal(ageText(ms), text);
  });
}
