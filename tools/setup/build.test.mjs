import assert from 'node:assert/strict';
import { test } from 'node:test';

import { errorCount, staleOutput } from './build.mjs';

test('staleOutput() names all that the compiler made of a source that is gone', () => {
  const names = ['a.js', 'a.d.ts', 'b/c.js', 'b/c.js.map', 'b/c.d.ts', 'b/c.d.ts.map'];
  assert.deepEqual(
    staleOutput(names, (source) => source === 'a.ts'),
    ['b/c.js', 'b/c.js.map', 'b/c.d.ts', 'b/c.d.ts.map'],
  );
});

test('staleOutput() leaves alone what the compiler did not make', () => {
  assert.deepEqual(
    staleOutput(['index.html', 'app.js', '.tsbuildinfo'], () => false),
    [],
  );
});

const outputs = [
  ['a.ts(1,2): error TS2307: Cannot find x\n', '1 error, see above'],
  ['a.ts(1,2): error TS1: x\n  more\nb.ts(1,2): error TS2: y\n', '2 errors, see above'],
  ['Cannot find module tsc', 'the compiler could not be run'],
];
for (const [output, expected] of outputs) {
  test(`errorCount() finds ${expected}`, () => assert.equal(errorCount(output), expected));
}
