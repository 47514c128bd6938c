import assert from 'node:assert/strict';
import { test } from 'node:test';

import { excuses, excusesOf } from './excuses.js';
import { SourceFile } from './source-file.js';

function only(text: string) {
  const [excuse] = excusesOf(new SourceFile('a.ts', text));
  assert.ok(excuse !== undefined);
  return excuse;
}

const finding = (line: number) => ({ path: 'a.ts', line, message: '', fix: '' });

test('excusesOf() reads the rule and the reason', () => {
  const excuse = only('let a;\n// tidy-allow no-any: the types are foreign ');
  assert.deepEqual(
    [excuse.rule, excuse.reason, excuse.line],
    ['no-any', 'the types are foreign', 2],
  );
});

test('excusesOf() leaves a missing reason empty', () => {
  assert.equal(only('// tidy-allow no-any').reason, '');
  assert.equal(only('// tidy-allow no-any: ').reason, '');
});

test('excusesOf() reads comments only', () => {
  assert.deepEqual(excusesOf(new SourceFile('a.ts', `'tidy-allow no-any: no'`)), []);
});

const reaches: [what: string, text: string, lines: number[]][] = [
  ['its own line and the next', 'a;\nb; // tidy-allow x: y\nc;\nd;', [2, 3]],
  [
    'the lines of a long comment and the next',
    'a;\n/* tidy-allow x: y\n more */\nb;\nc;',
    [2, 3, 4],
  ],
  ['the whole file, before the first statement', '/** tidy-allow x: y */\n\na;\nb;', [1, 2, 3, 4]],
];
for (const [what, text, lines] of reaches) {
  test(`excuses() reaches ${what}`, () => {
    const reached = text
      .split('\n')
      .map((_, index) => index + 1)
      .filter((line) => excuses(only(text), 'x', finding(line)));
    assert.deepEqual(reached, lines);
  });
}

test('excuses() is for one rule and one file', () => {
  const excuse = only('// tidy-allow x: y\na;');
  assert.equal(excuses(excuse, 'z', finding(2)), false);
  assert.equal(excuses(excuse, 'x', { ...finding(2), path: 'b.ts' }), false);
});
