import assert from 'node:assert/strict';
import { test } from 'node:test';

import { markdownTable, textTable } from './text-table.js';

const rows = [
  ['broker', 'msg/s'],
  ['a', '1'],
  ['mosquitto', '75,000'],
];

test('textTable() aligns the first column left and the others right', () => {
  assert.deepEqual(textTable(rows), [
    'broker      msg/s',
    'a               1',
    'mosquitto  75,000',
  ]);
});

test('textTable() of nothing is nothing', () => {
  assert.deepEqual(textTable([]), []);
});

test('markdownTable() takes the first row as head', () => {
  assert.deepEqual(markdownTable(rows), [
    '| broker | msg/s |',
    '| --- | ---: |',
    '| a | 1 |',
    '| mosquitto | 75,000 |',
  ]);
});
