import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CHAPTERS, selectTests } from './suite.js';

test('selectTests() without words gives every test of every chapter', () => {
  const count = CHAPTERS.reduce((sum, { tests }) => sum + tests.length, 0);
  assert.equal(selectTests([]).length, count);
  assert.ok(count > 300);
});

test('selectTests() takes the name of a chapter', () => {
  const entries = selectTests(['will']).filter(({ chapter }) => chapter.name === 'will');
  const chapter = CHAPTERS.find(({ name }) => name === 'will');
  assert.deepEqual(
    entries.map((entry) => entry.test),
    chapter?.tests,
  );
});

test('selectTests() takes a statement, and only that one', () => {
  const entries = selectTests(['MQTT-3.1.2-2']);
  assert.ok(entries.length > 0);
  assert.ok(entries.every((entry) => entry.test.clauses.includes('MQTT-3.1.2-2')));
});

test('selectTests() takes words of a name in any case, and adds up', () => {
  const [one] = selectTests(['a second connect closes']);
  assert.equal(one?.test.name, 'A second CONNECT closes the connection');
  assert.equal(selectTests(['a second connect closes', 'PINGREQ is answered']).length, 2);
  assert.deepEqual(selectTests(['no such words']), []);
});

test('Chapters and their names are in order', () => {
  const names = CHAPTERS.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  for (const name of names) assert.match(name, /^[a-z0-9-]+$/);
});
