// needs: zsh
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { runInProcess } from '../command.testing.js';
import { COMPLETIONS } from './completions.testing.js';

/** zsh completes only on a terminal; its own functions are put in, and say what they are told. */
const DRIVER = `
compdef() { [[ "$*" == '_magpie magpie' ]] || echo "compdef $*" }
compadd() { shift; print -l -- "$@" }
_files() { echo files }
_describe() { print -l -- "\${(@P)\${@[-1]}}" }
eval "$SCRIPT"
words=(magpie "$@")
CURRENT=$#words
PREFIX=$words[-1]
_magpie`;

for (const [typed, offers] of COMPLETIONS) {
  test(`zshCompletion() has zsh complete "magpie ${typed.join(' ')}"`, async () => {
    const { out } = await runInProcess(['completion', 'zsh']);
    const said = execFileSync('zsh', ['-f', '-c', DRIVER, 'zsh', ...typed], {
      encoding: 'utf8',
      env: { ...process.env, SCRIPT: out.join('\n') },
    });
    // zsh leaves out what does not begin as the word does.
    const words = said
      .trimEnd()
      .split('\n')
      .map((line) => line.replace(/:.*/, ''))
      .filter((word) => word.startsWith(typed.at(-1) ?? ''));
    assert.deepEqual(words, offers === 'files' ? ['files'] : offers);
  });
}
