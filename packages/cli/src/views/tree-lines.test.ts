import assert from 'node:assert/strict';
import { test } from 'node:test';
import { columnsOf } from '../terminal/fit-text.js';
import { tallyOf, type Timed } from './tally.testing.js';
import { treeLines } from './tree-lines.js';

function drawn(messages: readonly Timed[], columns = Infinity, rows = Infinity): string[] {
  return treeLines(tallyOf(messages).tally, { columns, rows });
}

const PLANT: readonly Timed[] = [
  { topic: 'plant/7/temp', text: '21.5' },
  { topic: 'plant/7/temp', text: '21.6' },
  { topic: 'plant/8', text: 'off' },
  { topic: 'plant/7/车间', text: '开' },
  { topic: 'plant', text: 'up' },
  { topic: '/x', text: '1' },
];

test('treeLines() draws levels with the messages of all below, and last values', () => {
  assert.deepEqual(drawn(PLANT), [
    '(empty)         1',
    '└─ x            1  1',
    'plant           5  up',
    '├─ 7            3',
    '│  ├─ temp      2  21.6',
    '│  └─ 车间      1  开',
    '└─ 8            1  off',
  ]);
});

test('treeLines() says how many levels the screen has no room for', () => {
  assert.deepEqual(drawn(PLANT, 80, 3), ['(empty)      1', '└─ x         1  1', '… 5 more levels']);
  assert.equal(drawn(PLANT, 80, 7).length, 7);
});

test('treeLines() stays within the screen, and lets no control character through', () => {
  const wild = '\x1b[2J/\x9b31m/\u202e';
  const deep = `${'d/'.repeat(30_000)}x`;
  const messages = [...PLANT, { topic: wild, text: wild }, { topic: deep }];
  for (const [columns, rows] of [
    [80, 24],
    [20, 60],
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

test('treeLines() of nothing is nothing', () => {
  assert.deepEqual(drawn([]), []);
});
