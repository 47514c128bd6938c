import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EXIT, EXIT_MEANINGS } from '../exit-code.js';
import { cliPage } from './cli-page.js';
import type { CommandReference } from './command-reference.js';

const NOTHING = { args: [], options: [], commands: [], examples: [], notes: [] };
const TOOL: CommandReference = {
  ...NOTHING,
  path: 'tool',
  summary: '',
  description: 'A tool',
  usage: 'tool',
};
const DIG: CommandReference = {
  ...NOTHING,
  path: 'tool dig',
  summary: 'Make a hole',
  description: 'Make a hole < 2 m, `a<b`',
  usage: 'tool dig [options]',
  options: [{ term: '--as <a|b>', about: 'a | b' }],
  commands: [{ term: 'deep', about: 'Deeper' }],
  examples: [
    { line: 'tool dig', remark: '' },
    { line: 'tool dig --as a', remark: 'as a' },
  ],
  notes: ['Take care.'],
};

test('cliPage() has a section for each command, and a table that leads there', () => {
  const page = cliPage([TOOL, DIG]);
  assert.ok(page.includes('\n| [`tool dig`](#tool-dig) | Make a hole |\n'));
  const [, section] = page.split('\n## tool dig\n');
  assert.equal(
    section,
    `
Make a hole \\< 2 m, \`a<b\`

\`\`\`
tool dig [options]
\`\`\`

| Command | Meaning |
| --- | --- |
| [\`deep\`](#tool-dig-deep) | Deeper |

| Option | Meaning |
| --- | --- |
| \`--as <a\\|b>\` | a \\| b |

Take care.

Examples:

\`\`\`sh
tool dig
tool dig --as a   # as a
\`\`\`
`,
  );
});

test('cliPage() has a row for each exit code', () => {
  const page = cliPage([TOOL]);
  for (const [name, code] of Object.entries(EXIT)) {
    assert.ok(page.includes(`\n| ${code} | ${EXIT_MEANINGS[name as keyof typeof EXIT]} |\n`));
  }
});
