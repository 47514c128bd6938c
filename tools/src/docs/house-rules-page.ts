import type { Rule } from '../tidy/rule.js';
import { generatedFrom, markdownTable } from './markdown.js';

/** docs/house-rules.md: what `npm run tidy` checks. */
export function houseRulesPage(rules: readonly Rule[]): string {
  const rows = rules.map(({ name, doc, excusable }) => [
    `\`${name}\``,
    doc,
    excusable ? 'yes' : 'no',
  ]);
  return `${generatedFrom('tools/src/tidy/rules.ts')}

# House rules

\`npm test\` checks these; \`npm run tidy\` checks nothing else. Where a rule can be excused, a
comment excuses it with the reason: \`tidy-allow NAME: reason\`. It holds for its own line and the
next one, and for the whole file when it stands before the first statement. An excuse that excuses
nothing is itself an error.

${markdownTable(['Rule', 'What it asks for', 'Can be excused'], rows)}
`;
}
