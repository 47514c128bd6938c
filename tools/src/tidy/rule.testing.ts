import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Rule } from './rule.js';
import { tidy } from './tidy.js';

/** A tree of files, and what the rule finds in it: `path:line`, or `path:line message`. */
export interface RuleCase {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly finds: readonly string[];
}

/** One test per case. An expected finding without a message accepts any. */
export function testRule(rule: Rule, cases: readonly RuleCase[]): void {
  for (const { name, files, finds } of cases) {
    test(`${rule.name} ${name}`, () => {
      const tree = Object.entries(files).map(([path, text]) => ({ path, text }));
      const found = tidy(tree, [rule]).map(({ path, line, message }, index) => {
        const place = `${path}:${line}`;
        return finds[index] === place ? place : `${place} ${message}`;
      });
      assert.deepEqual(found, finds);
    });
  }
}

/** A case of one file. */
export function inFile(
  path: string,
  name: string,
  text: string,
  finds: readonly (number | string)[],
): RuleCase {
  return { name, files: { [path]: text }, finds: finds.map((place) => `${path}:${place}`) };
}
