import type { Finding, Rule } from '../rule.js';

/** Home directories and build folders: a path that exists on one machine only. */
const MACHINE_PATH = /(?<![\w./~-])\/(?:work|root|Users\/\w+)\/[\w.-]/;

/** What stands in the repository holds on every machine. */
export const machinePaths: Rule = {
  name: 'machine-paths',
  doc: 'No paths of one machine (home directories, build folders) in any file.',
  excusable: false,
  *check(tree): Iterable<Finding> {
    for (const { path, text } of tree.files) {
      if (!MACHINE_PATH.test(text)) continue;
      for (const [index, line] of text.split('\n').entries()) {
        const found = MACHINE_PATH.exec(line)?.[0];
        if (found === undefined) continue;
        yield {
          path,
          line: index + 1,
          message: `a path of one machine: ${found}…`,
          fix: 'write it relative to the repository, or take it from the environment',
        };
      }
    }
  },
};
