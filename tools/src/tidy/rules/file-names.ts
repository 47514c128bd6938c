import { posix } from 'node:path';

import { placeOf } from '../places.js';
import type { Finding, Rule } from '../rule.js';

const KEBAB = /^[a-z0-9]+(-[a-z0-9]+)*(\.test|\.testing)?\.[cm]?[jt]s$/;

/** One way to write a name, so that a file is found by guessing. */
export const fileNames: Rule = {
  name: 'file-names',
  doc: 'Source files have kebab-case names: outbound-window.ts, .test.ts, .testing.ts.',
  excusable: false,
  *check(tree): Iterable<Finding> {
    for (const { path } of tree.sources) {
      const { workspace, inside } = placeOf(path);
      if (inside === undefined && workspace !== 'tools') continue;
      if (KEBAB.test(posix.basename(path))) continue;
      yield {
        path,
        line: 1,
        message: 'not a kebab-case name',
        fix: 'name it after its main export, in kebab-case',
      };
    }
  },
};
