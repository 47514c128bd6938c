import type { Finding, Rule } from '../rule.js';

const COLUMNS_MAX = 100;

/**
 * The formatter keeps code within the width; comments and long strings are for a person to break.
 */
export const lineWidth: Rule = {
  name: 'line-width',
  doc: `A line of code has at most ${COLUMNS_MAX} columns; a line with a URL may be longer.`,
  excusable: true,
  *check(tree): Iterable<Finding> {
    for (const file of tree.sources) {
      for (const [index, text] of file.lines.entries()) {
        const columns = text.replace(/[\uD800-\uDBFF][\uDC00-\uDFFF]/g, '_').length;
        if (columns <= COLUMNS_MAX || /\bhttps?:\/\//.test(text)) continue;
        yield {
          path: file.path,
          line: index + 1,
          message: `a line of ${columns} columns: at most ${COLUMNS_MAX}`,
          fix: 'break it',
        };
      }
    }
  },
};
