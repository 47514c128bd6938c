import assert from 'node:assert/strict';
import { test } from 'node:test';
import { textTable } from './text-table.js';

test('textTable() puts columns one below the other, numbers at their right side', () => {
  const rows = [
    ['pump-1', '5'],
    ['p', '1200'],
  ];
  assert.deepEqual(textTable(['CLIENT', 'QUEUED'], rows, new Set([1])), [
    'CLIENT  QUEUED',
    'pump-1       5',
    'p         1200',
  ]);
});

test('textTable() lets no control character through, and leaves no blanks at the end', () => {
  assert.deepEqual(textTable(['A', 'B'], [['\x1b[2J', '']]), ['A          B', '\\u001b[2J']);
});

test('textTable() shows its head where there are no rows', () => {
  assert.deepEqual(textTable(['A', 'B'], []), ['A  B']);
});

test('textTable() knows that Chinese is twice as wide', () => {
  const rows = [
    ['客户端', '5'],
    ['pump', '12'],
  ];
  assert.deepEqual(textTable(['名', '数'], rows, new Set([1])), [
    '名      数',
    '客户端   5',
    'pump    12',
  ]);
});
