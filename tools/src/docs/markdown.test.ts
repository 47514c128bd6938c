import assert from 'node:assert/strict';
import { test } from 'node:test';

import { generatedFrom, markdownTable } from './markdown.js';

test('markdownTable() writes one line a row and escapes what would end a cell', () => {
  const table = markdownTable(['Name', 'Value'], [['a', '1 | 2']]);
  assert.equal(table, '| Name | Value |\n| --- | --- |\n| a | 1 \\| 2 |');
});

test('generatedFrom() says what to edit instead', () => {
  assert.match(generatedFrom('packages/a.ts'), /^<!--.*packages\/a\.ts.*-->$/);
});
