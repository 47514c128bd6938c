import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from '@hono/zod-openapi';
import { answers, pageAnswers } from './operation.js';

test('answers() wraps what is answered as EMQX does', () => {
  const { schema } = answers(z.int(), 'A number')[200].content['application/json'];
  assert.deepEqual(schema.parse({ data: 1 }), { data: 1 });
  assert.throws(() => schema.parse(1));
});

test('pageAnswers() adds where in the list a page stands', () => {
  const { schema } = pageAnswers(z.int(), 'Numbers')[200].content['application/json'];
  const page = { data: [1], meta: { page: 1, limit: 1, count: 2, hasnext: true } };
  assert.deepEqual(schema.parse(page), page);
  assert.throws(() => schema.parse({ data: [1] }));
});
