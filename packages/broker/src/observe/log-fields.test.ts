import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LOG_FIELDS } from './log-fields.js';

test('LOG_FIELDS has a meaning for each, in the order of the alphabet', () => {
  const names = Object.keys(LOG_FIELDS);
  assert.deepEqual(names, names.toSorted());
  for (const { doc } of Object.values(LOG_FIELDS)) assert.notEqual(doc, '');
});

test('LOG_FIELDS has no name that a line has already', () => {
  for (const name of ['level', 'time', 'msg', 'event']) assert.ok(!(name in LOG_FIELDS), name);
});
