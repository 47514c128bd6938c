import assert from 'node:assert/strict';
import { test } from 'node:test';
import { columnsOf, cutText, fitText } from './fit-text.js';

for (const [text, columns, fitted] of [
  ['plant', 7, 'plant  '],
  ['plant', 5, 'plant'],
  ['plant', 4, 'pla…'],
  ['plant', 1, '…'],
  ['plant', 0, ''],
  ['', 2, '  '],
  ['温度计', 8, '温度计  '],
  ['温度计', 6, '温度计'],
  ['温度计', 5, '温度…'],
  ['温度计', 4, '温… '],
  ['👩‍👩‍👧x', 2, '… '],
  ['a\u0301bc', 2, 'a\u0301…'],
] as const) {
  test(`fitText() of '${text}' in ${columns} columns is '${fitted}'`, () => {
    assert.equal(fitText(text, columns), fitted);
  });
}

test('cutText() does not measure a text of many megabytes', () => {
  assert.equal(cutText('x'.repeat(50_000_000), 3), 'xx…');
});

test('cutText() cuts marks that take no column', () => {
  const cut = cutText(`a${'\u0301'.repeat(100_000)}`, 10);
  assert.ok(cut.length <= 81 && columnsOf(cut) <= 10);
});
