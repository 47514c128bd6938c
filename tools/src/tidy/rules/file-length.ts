import { isForTests } from '../places.js';
import type { Finding, Rule } from '../rule.js';

const LINES_AIM = 400;
const LINES_MAX = 600;

/** A file is a chapter. Tests are exempt; a table is excused. */
export const fileLength: Rule = {
  name: 'file-length',
  doc: `A source file has at most ${LINES_MAX} lines; aim at ${LINES_AIM}. Tests are exempt.`,
  excusable: true,
  *check(tree): Iterable<Finding> {
    for (const file of tree.sources) {
      const lines = file.text.endsWith('\n') ? file.lines.length - 1 : file.lines.length;
      if (isForTests(file.path) || lines <= LINES_MAX) continue;
      yield {
        path: file.path,
        line: 1,
        message: `a file of ${lines} lines: at most ${LINES_MAX}`,
        fix: 'split it by what it owns',
      };
    }
  },
};
