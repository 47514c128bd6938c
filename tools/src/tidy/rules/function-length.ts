import { isForTests } from '../places.js';
import type { Finding, Rule } from '../rule.js';

const LINES_AIM = 60;
const LINES_MAX = 70;

/** A function fits a screen. Tests are exempt: they are tables. */
export const functionLength: Rule = {
  name: 'function-length',
  doc: `A function has at most ${LINES_MAX} lines; aim at ${LINES_AIM}. Tests are exempt.`,
  excusable: true,
  *check(tree): Iterable<Finding> {
    for (const file of tree.sources) {
      if (isForTests(file.path)) continue;
      const functions = file.nodes(
        'FunctionDeclaration',
        'FunctionExpression',
        'ArrowFunctionExpression',
      );
      for (const { node } of functions) {
        const line = file.lineAt(node.start);
        const lines = file.lineAt(node.end) - line + 1;
        if (lines <= LINES_MAX) continue;
        yield {
          path: file.path,
          line,
          message: `a function of ${lines} lines: at most ${LINES_MAX}`,
          fix: 'give its parts names',
        };
      }
    }
  },
};
