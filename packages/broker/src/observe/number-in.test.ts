import assert from 'node:assert/strict';
import { test } from 'node:test';
import { numberIn } from './number-in.js';

const TEXT = 'Name:\tnode\nVmSize:\t  1024 kB\nMax open files            512     4096     files\n';

const CASES: readonly (readonly [label: string, expected: number | undefined])[] = [
  ['VmSize:', 1024],
  ['Max open files', 512],
  ['Name:', undefined],
  ['Size:', undefined],
  ['Threads:', undefined],
];

for (const [label, expected] of CASES) {
  test(`numberIn() finds ${expected} behind ${label}`, () => {
    assert.equal(numberIn(TEXT, label), expected);
  });
}
