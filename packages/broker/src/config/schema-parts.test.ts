import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { z } from 'zod';
import { boolean, file, host, integer, isPath, port } from './schema-parts.js';

test('integer() takes whole numbers of its range and nothing else', () => {
  const schema = integer(1, 5, 'an integer from 1 to 5');
  for (const value of [1, 5]) assert.ok(schema.safeParse(value).success);
  for (const value of [0, 6, 1.5, -1, Number.NaN, Infinity, '3', null, [3]]) {
    assert.ok(!schema.safeParse(value).success, String(value));
  }
});

test('isPath() takes what the system can be asked for', () => {
  assert.deepEqual(['a', '/', '.', '', 'a\0b'].map(isPath), [true, true, true, false, false]);
});

const words: [schema: z.ZodType, wanted: string][] = [
  [port, 'an integer from 0 to 65535'],
  [host, 'a host name or an IP address'],
  [boolean, 'true or false'],
  [file, 'the path of a file'],
];
for (const [schema, wanted] of words) {
  test(`the schema for ${wanted} says so`, () => {
    assert.equal(schema.safeParse({}).error?.issues[0]?.message, wanted);
  });
}
