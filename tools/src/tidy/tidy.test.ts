import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Rule } from './rule.js';
import { formatFinding, tidy } from './tidy.js';

/** Finds every line with its letter. */
function letterRule(letter: string, excusable: boolean): Rule {
  return {
    name: `no-${letter}`,
    doc: '',
    excusable,
    *check({ files }) {
      for (const { path, text } of files) {
        for (const [index, line] of text.split('\n').entries()) {
          if (!line.startsWith(letter)) continue;
          yield { path, line: index + 1, message: `the letter ${letter}`, fix: 'write another' };
        }
      }
    },
  };
}

const rules = [letterRule('y', true), letterRule('x', false)];

function check(text: string): string[] {
  return tidy([{ path: 'a.ts', text }], rules).map(formatFinding);
}

const cases: [rule: string, text: string, expected: string[]][] = [
  ['finds nothing in a tidy tree', 'a', []],
  [
    'sorts by place',
    'x\ny\nx',
    [
      'a.ts:1 no-x the letter x → write another',
      'a.ts:2 no-y the letter y → write another',
      'a.ts:3 no-x the letter x → write another',
    ],
  ],
  ['leaves out what is excused', 'a\ny // tidy-allow no-y: a reason', []],
  [
    'wants a reason',
    'a\ny // tidy-allow no-y',
    [
      'a.ts:2 no-y the letter y → write another',
      'a.ts:2 tidy-allow no reason → write `tidy-allow no-y: the reason`',
    ],
  ],
  [
    'refuses excuses for rules without any',
    'a\nx // tidy-allow no-x: a reason',
    [
      'a.ts:2 no-x the letter x → write another',
      'a.ts:2 tidy-allow no-x cannot be excused → follow the rule',
    ],
  ],
  [
    'finds excuses that excuse nothing',
    'a // tidy-allow no-y: a reason',
    ['a.ts:1 tidy-allow nothing here breaks no-y → delete the comment'],
  ],
  [
    'finds excuses for rules that are not there',
    'a // tidy-allow no-z: a reason',
    ['a.ts:1 tidy-allow there is no rule no-z → correct the name'],
  ],
];
for (const [rule, text, expected] of cases) {
  test(`tidy() ${rule}`, () => assert.deepEqual(check(text), expected));
}
