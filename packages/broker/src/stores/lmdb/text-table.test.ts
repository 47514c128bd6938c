import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TextTable } from './text-table.js';

function look(table: TextTable, text: string): string | undefined {
  const bytes = Buffer.from(`<${text}>`);
  return table.text(bytes, 1, bytes.length - 1);
}

test('TextTable gives every plain short text', () => {
  const table = new TextTable();
  const plain = fc.string({ unit: 'binary-ascii', maxLength: 128 });
  fc.assert(
    fc.property(plain, (text) => assert.equal(look(table, text), text)),
    { numRuns: 2000 },
  );
});

const others = ['é', '🐦', 'x'.repeat(129), `${'a'.repeat(20)}ü`];
for (const text of others) {
  test(`TextTable leaves ${text.slice(0, 24)} to the caller`, () => {
    assert.equal(look(new TextTable(), text), undefined);
  });
}

test('TextTable tells texts apart that share a slot', () => {
  const table = new TextTable();
  const texts = Array.from({ length: 50_000 }, (_, index) => `topic/${index}`);
  for (const text of [...texts, ...texts]) assert.equal(look(table, text), text);
});
