import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { inCode, markdownTable, schemaTable } from './markdown-table.js';

test('schemaTable() has a row for each key: what is wanted, and what it means', () => {
  const schema = z.strictObject({
    port: z.int('an integer').optional().describe('Where to listen.'),
    name: z.string('a text'),
  });
  assert.equal(
    schemaTable(schema),
    '| Key | Value | Meaning |\n| --- | --- | --- |\n'
      + '| `port` | an integer | Where to listen. |\n| `name` | a text |  |',
  );
});

test('markdownTable() keeps what would end a cell', () => {
  assert.equal(markdownTable(['a'], [['x|y']]), '| a |\n| --- |\n| x\\|y |');
});

test('inCode() writes code', () => assert.equal(inCode('a'), '`a`'));
