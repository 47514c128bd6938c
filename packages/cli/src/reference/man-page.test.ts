// needs: man
// needs: mandoc
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { packageVersion } from '../version.js';
import { freshFolder } from '../fresh-folder.testing.js';
import type { CommandReference } from './command-reference.js';
import { manPages } from './man-page.js';
import { referencePages } from './reference-pages.js';

const DIG: CommandReference = {
  path: 'tool dig',
  summary: "Make a hole, don't ask",
  description: `Make a hole – as deep as you like, ${'and '.repeat(12)}.wide too: a\\b`,
  usage: 'tool dig [options] <PLACE>',
  args: [{ term: 'PLACE', about: 'where' }],
  options: [{ term: '-d, --depth <M>', about: "'how' deep" }],
  commands: [],
  examples: [
    { line: "tool dig '.'", remark: '' },
    { line: 'tool dig garden', remark: 'where it is soft' },
  ],
  notes: ['.take care', 'Do it `like this`.'],
};
const TOOL = { ...DIG, path: 'tool', summary: 'A tool', examples: [], notes: [] };

test('manPages() names a page as its command, and the version', () => {
  const [tool, dig] = manPages([TOOL, DIG], '1.2.3');
  assert.equal(tool?.name, 'tool.1');
  assert.equal(dig?.name, 'tool-dig.1');
  assert.match(dig.text, /^\.TH TOOL\\-DIG 1 "" "magpie 1\.2\.3" "Magpie"$/m);
});

test('manPages() leads to the command above and to those below', () => {
  const deep = { ...DIG, path: 'tool dig deep' };
  const see = manPages([TOOL, DIG, deep], '1.2.3').map(({ text }) => text.split('.SH SEE ALSO')[1]);
  assert.deepEqual(see, [
    '\n.BR tool\\-dig (1)\n',
    '\n.BR tool (1),\n.BR tool\\-dig\\-deep (1)\n',
    '\n.BR tool\\-dig (1)\n',
  ]);
});

test('a page shows each sign as it was written', async (t) => {
  const shown = await shownByMan(t, manPages([TOOL, DIG], '1.2.3')[1]?.text ?? '');
  for (const part of [
    "tool-dig - Make a hole, don't ask",
    'tool dig [options] <PLACE>',
    'Make a hole – as deep as you like',
    '.wide',
    'too: a\\b',
    'like this',
    '.take care',
    "'how' deep",
    "tool dig '.'",
    'Where it is soft:',
  ]) {
    assert.ok(shown.includes(part), `${part} is missing in\n${shown}`);
  }
});

test('man and mandoc find nothing wrong with the pages that are shipped', async (t) => {
  const { man } = await referencePages(packageVersion());
  const folder = await freshFolder(t);
  for (const { name, text } of man) await writeFile(join(folder, name), text);
  const files = man.map(({ name }) => join(folder, name));
  const lint = spawnSync('mandoc', ['-T', 'lint', '-W', 'warning', ...files], { encoding: 'utf8' });
  // They have no date on purpose.
  const found = lint.stdout.split('\n').filter((line) => !/ missing date,/.test(line));
  assert.deepEqual(found, ['']);
  const { status, stderr } = runMan(['--warnings', '-Tutf8', '-Z', ...files]);
  assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
});

async function shownByMan(t: Parameters<typeof freshFolder>[0], text: string): Promise<string> {
  const file = join(await freshFolder(t), 'page.1');
  await writeFile(file, text);
  const { stdout } = runMan(['--no-hyphenation', '--no-justification', file]);
  return stdout;
}

function runMan(args: readonly string[]) {
  const env = { ...process.env, LC_ALL: 'C.UTF-8', MANPAGER: 'cat', MANWIDTH: '100' };
  return spawnSync('man', ['-E', 'UTF-8', '-l', ...args], { encoding: 'utf8', env });
}
