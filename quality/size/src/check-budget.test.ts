import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bundle } from './bundle.js';
import { checkBudget } from './check-budget.js';

const code = "export { unpackBatch } from '@magpie/client';";

test('checkBudget() accepts what has exactly its size', async () => {
  const { gzipBytes } = await bundle(code);
  const budget = { name: 'a piece', code, gzipBytesMax: gzipBytes };
  assert.equal(await checkBudget(budget), undefined);
});

test('checkBudget() names what is one byte too large, and its largest parts', async () => {
  const { gzipBytes } = await bundle(code);
  const complaint = await checkBudget({ name: 'a piece', code, gzipBytesMax: gzipBytes - 1 });
  const [first, , largest] = complaint?.split('\n') ?? [];
  assert.equal(first, `a piece: ${gzipBytes} bytes, at most ${gzipBytes - 1} are allowed`);
  assert.match(largest ?? '', /^ {2}\d+ {2}.*client\/dist\/batching\/unpack-batch\.js$/);
});
