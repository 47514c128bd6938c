import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { findLimit } from './find-limit.js';

test('findLimit() finds any limit, with few questions', async () => {
  const span = { min: 1, max: 70_000 };
  await fc.assert(
    fc.asyncProperty(fc.integer(span), fc.integer(span), async (limit, most) => {
      let questions = 0;
      const found = await findLimit(0, most, async (value) => {
        questions++;
        return value <= limit;
      });
      const atLeast = limit >= most;
      assert.deepEqual(found, { value: Math.min(limit, most), atLeast });
      assert.ok(questions <= (atLeast ? 1 : 1 + Math.ceil(Math.log2(most))));
    }),
  );
});

test('findLimit() asks nothing where there is nothing above what is known', async () => {
  const never = () => assert.fail('was asked');
  assert.deepEqual(await findLimit(23, 23, never), { value: 23, atLeast: true });
});
