import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { runInProcess } from '../command.testing.js';
import { COMPLETIONS } from './completions.testing.js';

/** Completes as bash does on Tab: the words, the cursor in the last one. */
const DRIVER = `
eval "$SCRIPT"
COMP_WORDS=(magpie "$@")
COMP_CWORD=$#
_magpie
for word in "\${COMPREPLY[@]}"; do echo "$word"; done
complete -p magpie`;

for (const [typed, offers] of COMPLETIONS) {
  test(`bashCompletion() has bash complete "magpie ${typed.join(' ')}"`, async () => {
    const { out } = await runInProcess(['completion', 'bash']);
    const said = execFileSync('bash', ['--norc', '-c', DRIVER, 'bash', ...typed], {
      encoding: 'utf8',
      env: { ...process.env, SCRIPT: out.join('\n') },
    });
    const lines = said.trimEnd().split('\n');
    // Bash itself offers files where the function offers nothing.
    assert.equal(lines.pop(), 'complete -o default -F _magpie magpie');
    assert.deepEqual(lines, offers === 'files' ? [] : offers);
  });
}
