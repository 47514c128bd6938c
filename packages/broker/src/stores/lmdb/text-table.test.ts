import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TextTable } from './text-table.js';

function ask(table: TextTable, text: string): string | undefined {
  const bytes = Buffer.from(`<${text}>`);
  return table.text(bytes, 1, bytes.length - 1);
}

test('TextTable.text() gives the text, also where many share a slot', () => {
  const table = new TextTable();
  for (let round = 0; round < 2; round++) {
    for (let number = 0; number < 40_000; number++) {
      assert.equal(ask(table, `t/${number}`), `t/${number}`);
    }
  }
});

for (const [what, text] of [
  ['long', 'x'.repeat(129)],
  ['not plain', 'é'],
] as const) {
  test(`TextTable.text() leaves a text alone that is ${what}`, () => {
    assert.equal(ask(new TextTable(), text), undefined);
  });
}

test('TextTable.text() takes an empty text and the longest', () => {
  const table = new TextTable();
  for (const text of ['', 'x'.repeat(128)]) assert.equal(ask(table, text), text);
});
