import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserLines, userNameProblem } from './user-lines.js';

const TEXT = '# devices\nali:one\n\nbo:two\n';

test('UserLines.names are those of lines that are no comment', () => {
  assert.deepEqual(new UserLines(TEXT).names, ['ali', 'bo']);
  assert.deepEqual(new UserLines('').names, []);
});

test('UserLines.put() changes one line, or adds one at the end', () => {
  const lines = new UserLines(TEXT);
  assert.equal(lines.put('ali', 'three'), false);
  assert.equal(lines.put('al', 'four'), true);
  assert.equal(lines.text, '# devices\nali:three\n\nbo:two\nal:four\n');
});

test('UserLines.remove() takes one line out, and says whether it was there', () => {
  const lines = new UserLines(TEXT);
  assert.equal(lines.remove('al'), false);
  assert.equal(lines.text, TEXT);
  assert.equal(lines.remove('ali'), true);
  assert.equal(lines.text, '# devices\n\nbo:two\n');
});

test('UserLines reads lines of Windows, and a last one without an end', () => {
  assert.equal(new UserLines('ali:one\r\nbo:two').text, 'ali:one\nbo:two\n');
});

for (const [name, problem] of [
  ['a:b', /^it holds a colon$/],
  ['#a', /it holds #/],
  ['', /it is empty/],
  ['ali', undefined],
] as const) {
  test(`userNameProblem() ${problem === undefined ? 'takes' : 'refuses'} '${name}'`, () => {
    const found = userNameProblem(name);
    if (problem === undefined) assert.equal(found, undefined);
    else assert.match(found ?? '', problem);
  });
}
