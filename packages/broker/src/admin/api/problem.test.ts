import assert from 'node:assert/strict';
import { test } from 'node:test';
import { problem, problems } from './problem.js';

test('problems() describes each status with the one shape of a problem', () => {
  const answers = problems(404, 409);
  assert.deepEqual(Object.keys(answers), ['404', '409']);
  assert.equal(answers[404].content['application/json'].schema, problem);
  assert.match(answers[409].description, /\w/);
});
