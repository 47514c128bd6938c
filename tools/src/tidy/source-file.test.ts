import assert from 'node:assert/strict';
import { test } from 'node:test';

import { SourceFile } from './source-file.js';

const imports: [text: string, specifier: string, kind: string][] = [
  [`import { a } from './a.js';`, './a.js', ''],
  [`import a from 'a';`, 'a', ''],
  [`import './a.js';`, './a.js', ''],
  [`import {} from './a.js';`, './a.js', ''],
  [`import type { A } from './a.js';`, './a.js', 'type'],
  [`import { type A, type B } from './a.js';`, './a.js', 'type'],
  [`import { type A, b } from './a.js';`, './a.js', ''],
  [`export { a } from './a.js';`, './a.js', 're-export'],
  [`export * from './a.js';`, './a.js', 're-export'],
  [`export type { A } from './a.js';`, './a.js', 'type re-export'],
  [`export type * from './a.js';`, './a.js', 'type re-export'],
  [`await import('./a.js');`, './a.js', ''],
  [`let a: import('./a.js').A;`, './a.js', 'type'],
];
for (const [text, specifier, kind] of imports) {
  test(`SourceFile sees the import in ${text}`, () => {
    const [found, ...others] = new SourceFile('b.ts', `\n${text}`).imports;
    const words = [found?.typeOnly ? 'type' : '', found?.reExport ? 're-export' : ''];
    assert.equal(found?.specifier, specifier);
    assert.equal(found.line, 2);
    assert.equal(words.filter((word) => word !== '').join(' '), kind);
    assert.deepEqual(others, []);
  });
}

test('SourceFile takes no other text for an import', () => {
  const text = `// import './a.js'\nconst a = "import './b.js'";\nexport { a };\nimport(a);`;
  assert.deepEqual(new SourceFile('b.ts', text).imports, []);
});

test('SourceFile counts lines from 1', () => {
  const file = new SourceFile('a.ts', 'ab\n\n中文\nc');
  const lines = [0, 2, 3, 4, 6, 7].map((offset) => file.lineAt(offset));
  assert.deepEqual(lines, [1, 1, 2, 3, 3, 4]);
});

test('SourceFile lists nodes by their type, in order', () => {
  const file = new SourceFile('a.ts', 'f(1); g(2);');
  const starts = file.nodes('CallExpression').map(({ node }) => node.start);
  assert.deepEqual(starts, [0, 6]);
  assert.deepEqual(file.nodes('ClassDeclaration'), []);
});

test('SourceFile survives text that cannot be parsed', () => {
  assert.deepEqual(new SourceFile('a.ts', 'export const = ;').imports, []);
});
