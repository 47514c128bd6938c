import { relative } from 'node:path';

import { ROOT } from './command.mjs';
import { membersOf } from './test-groups.mjs';

/**
 * A reporter for `node --test` beside the one that tells everything: names at the very end what has
 * failed, and why, where thousands of lines went by and a log may show the last ones only.
 */
async function* failedTests(events) {
  const failed = [];
  for await (const { type, data } of events) {
    if (type === 'test:fail' && isCause(data)) failed.push(lineOf(data));
  }
  if (failed.length > 0) yield `# Failed:\n${failed.join('')}`;
}

/** A test around others fails with them: they are named. */
function isCause({ details }) {
  return details.error?.failureType !== 'subtestsFailed';
}

/** What fails as a whole, such as a process that does not end, may be of several files. */
function lineOf({ name, file, details }) {
  const error = details.error?.cause ?? details.error;
  const [reason] = String(error?.message ?? error).split('\n', 1);
  const path = relative(ROOT, file ?? name);
  const members = membersOf(path).map((member) => `#     with ${member}\n`);
  return `#   ${path}: ${name}: ${reason}\n${members.join('')}`;
}

// tidy-allow no-default-export: the test runner asks a reporter for this one, and for no other
export { failedTests as default };
