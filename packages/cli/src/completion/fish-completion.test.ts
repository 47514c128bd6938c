// needs: fish
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { runInProcess } from '../command.testing.js';
import { freshFolder } from '../fresh-folder.testing.js';
import { COMPLETIONS } from './completions.testing.js';

for (const [typed, offers] of COMPLETIONS) {
  test(`fishCompletion() has fish complete "magpie ${typed.join(' ')}"`, async (t) => {
    const folder = await freshFolder(t);
    const { out } = await runInProcess(['completion', 'fish']);
    await writeFile(join(folder, 'files'), '');
    const driver = 'echo $SCRIPT | source; complete -C "$LINE"';
    const said = execFileSync('fish', ['--no-config', '-c', driver], {
      cwd: folder,
      encoding: 'utf8',
      env: {
        ...process.env,
        HOME: folder,
        SCRIPT: out.join('\n'),
        LINE: ['magpie', ...typed].join(' '),
      },
    });
    const words = said
      .trimEnd()
      .split('\n')
      .map((line) => line.replace(/\t.*/, ''))
      .toSorted();
    assert.deepEqual(words, offers === 'files' ? ['files'] : offers);
  });
}
