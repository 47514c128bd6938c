import { isForTests, placeOf } from '../places.js';
import type { Finding, Rule } from '../rule.js';
import type { SourceFile } from '../source-file.js';

/** Where it holds. The proofs in quality/ are tests themselves. */
const COVERED = /^(packages\/[^/]+\/src|tools\/(src|setup))\//;

/** Every source file that holds code has its test file, and every test file its source file. */
export const testBeside: Rule = {
  name: 'test-beside',
  doc:
    'Each source file with code in packages and tools has its `NAME.test.ts` beside it. Files of '
    + 'types and constants, doors (index.ts) and main.ts need none.',
  excusable: true,
  *check(tree): Iterable<Finding> {
    for (const file of tree.sources) {
      const { path } = file;
      if (!COVERED.test(path) || isForTests(path) || !needsTest(file)) continue;
      const test = path.replace(/\.([cm]?[jt]s)$/, '.test.$1');
      if (tree.has(test)) continue;
      yield { path, line: 1, message: 'code without a test beside it', fix: `write ${test}` };
    }
  },
};

function needsTest(file: SourceFile): boolean {
  const { workspace, inside } = placeOf(file.path);
  if (
    /^(index|browser|testing|server)\.ts$/.test(inside ?? '')
    || /(^|\/)main\.ts$/.test(file.path)
  ) {
    return false;
  }
  if (workspace === 'tools' && inside === undefined && !exportsSomething(file)) return false;
  return holdsCode(file);
}

/** Something that runs: a function, a class, a call. Types and tables of constants are none. */
function holdsCode(file: SourceFile): boolean {
  const code = file.nodes(
    'FunctionDeclaration',
    'FunctionExpression',
    'ArrowFunctionExpression',
    'ClassDeclaration',
    'ClassExpression',
    'CallExpression',
    'NewExpression',
  );
  return code.length > 0;
}

/** A script is an entry; what it does lies in the files it imports. */
function exportsSomething(file: SourceFile): boolean {
  return file.nodes('ExportNamedDeclaration').length > 0;
}
